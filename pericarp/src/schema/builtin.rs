//! The shapes of primitive types, of those of the standard library, and of ids and times.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::num;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use std::{net, path};

use serde_json as json;

use super::body::{Body, Field, Named};
use super::scalar::Scalar;
use super::shape::{Form, Seen, Shape, Type, form};

macro_rules! scalars {
    ($($type:ty => $scalar:ident)*) => {
        $(impl Shape for $type {
            const SHAPE: Form = Form::Scalar(Scalar::$scalar);
        })*
    };
}

scalars! {
    () => Unit
    bool => Bool
    char => Char
    str => Text
    String => Text
    &str => Str
    path::Path => Text
    path::PathBuf => Text
    u8 => U8
    u16 => U16
    u32 => U32
    u64 => U64
    u128 => U128
    usize => Usize
    i8 => I8
    i16 => I16
    i32 => I32
    i64 => I64
    i128 => I128
    isize => Isize
    num::NonZeroU8 => NonZeroU8
    num::NonZeroU16 => NonZeroU16
    num::NonZeroU32 => NonZeroU32
    num::NonZeroU64 => NonZeroU64
    num::NonZeroU128 => NonZeroU128
    num::NonZeroUsize => NonZeroUsize
    f32 => F32
    f64 => F64
    net::IpAddr => IpAddr
    net::Ipv4Addr => Ipv4Addr
    net::Ipv6Addr => Ipv6Addr
    net::SocketAddr => SocketAddr
    uuid::Uuid => Uuid
    crate::Timestamp => Timestamp
    json::Value => Json
    json::value::RawValue => RawValue
    &json::value::RawValue => RawValue
}

impl<T: ?Sized> Shape for PhantomData<T> {
    const SHAPE: Form = Form::Scalar(Scalar::Unit);
}

macro_rules! as_their_content {
    ($($type:ident)*) => {
        $(impl<T: Shape + ?Sized> Shape for $type<T> {
            const SHAPE: Form = T::SHAPE;
        })*
    };
}

as_their_content!(Box Rc Arc Cell RefCell Mutex RwLock);

impl<T: Shape + ToOwned + ?Sized> Shape for Cow<'_, T> {
    const SHAPE: Form = T::SHAPE;
}

impl<T: Shape> Shape for num::Wrapping<T> {
    const SHAPE: Form = T::SHAPE;
}

impl<T: Shape> Shape for std::cmp::Reverse<T> {
    const SHAPE: Form = T::SHAPE;
}

impl<T: Shape> Shape for Option<T> {
    const SHAPE: Form = Form::Option(form::<T>);
}

macro_rules! lists {
    ($($type:ident)*) => {
        $(impl<T: Shape> Shape for $type<T> {
            const SHAPE: Form = Form::List(form::<T>);
        })*
    };
}

lists!(Vec VecDeque LinkedList BinaryHeap);

impl<T: Shape> Shape for [T] {
    const SHAPE: Form = Form::List(form::<T>);
}

impl<T: Shape> Shape for BTreeSet<T> {
    const SHAPE: Form = Form::Set(form::<T>);
}

impl<T: Shape, H> Shape for HashSet<T, H> {
    const SHAPE: Form = Form::Set(form::<T>);
}

impl<K: Shape, V: Shape> Shape for BTreeMap<K, V> {
    const SHAPE: Form = Form::Map(form::<K>, form::<V>);
}

impl<K: Shape, V: Shape, H> Shape for HashMap<K, V, H> {
    const SHAPE: Form = Form::Map(form::<K>, form::<V>);
}

impl Shape for json::Map<String, json::Value> {
    const SHAPE: Form = Form::Map(form::<String>, form::<json::Value>);
}

impl<T: Shape, const N: usize> Shape for [T; N] {
    const SHAPE: Form = Form::Array(form::<T>, N);
}

macro_rules! tuples {
    ($(($($part:ident)+))*) => {
        $(impl<$($part: Shape),+> Shape for ($($part,)+) {
            const SHAPE: Form = Form::Tuple(&[$(form::<$part>),+]);
        })*
    };
}

tuples! {
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
}

// How serde writes it: see `impl Serialize for Duration` in serde_core's `ser/impls.rs`.
impl Shape for Duration {
    const SHAPE: Form = Form::Named(Named::new::<Self>(
        "Duration",
        Body::Struct(&[
            Field::new("secs", Type::new("u64", || Seen::Form(u64::SHAPE))),
            Field::new("nanos", Type::new("u32", || Seen::Form(u32::SHAPE))),
        ]),
    ));
}
