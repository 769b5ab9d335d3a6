//! Events of every shape.

use ::pericarp::Event;
use ::serde::{Deserialize, Serialize};
use ::std::borrow::Cow;

#[allow(unused_imports, reason = "they only have to be in the way")]
use crate::shadows::prelude::*;

/// An account was opened.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(
    name = "hostile.opened",
    version = 3,
    alias("hostile.created", "hostile.born"),
    upcast(1 => OpenedV1<'_>, 2 => OpenedV2<'_>)
)]
pub struct Opened<'a> {
    /// By whom.
    #[serde(borrow)]
    pub owner: Cow<'a, str>,
}

/// As it was once.
#[derive(Debug, Deserialize)]
pub struct OpenedV1<'a>(#[serde(borrow)] Cow<'a, str>);

/// As it was then.
#[derive(Debug, Deserialize)]
pub struct OpenedV2<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

impl<'a> ::core::convert::TryFrom<OpenedV1<'a>> for OpenedV2<'a> {
    type Error = ::core::fmt::Error;

    fn try_from(old: OpenedV1<'a>) -> ::core::result::Result<Self, ::core::fmt::Error> {
        ::core::result::Result::Ok(Self { name: old.0 })
    }
}

impl<'a> ::core::convert::From<OpenedV2<'a>> for Opened<'a> {
    fn from(old: OpenedV2<'a>) -> Self {
        Self { owner: old.name }
    }
}

/// Money came in.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "hostile.deposited", split_from("hostile.booked", 1 => Booked))]
pub struct Deposited(pub i64);

/// Where money went.
#[derive(Debug, ::pericarp::Shape, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Place<'a, T, const N: usize> {
    /// To somebody.
    #[serde(alias = "person")]
    Somebody {
        /// Who.
        #[serde(borrow, default)]
        r#type: Cow<'a, str>,
        /// Through whom.
        #[serde(skip_serializing_if = "::core::option::Option::is_none")]
        through: ::core::option::Option<::std::boxed::Box<Self>>,
    },
    /// Somewhere else.
    Elsewhere(T),
    /// Nowhere.
    Nowhere,
}

/// Money went out.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "hostile.paid")]
pub struct Paid<'a> {
    /// Where.
    #[serde(borrow)]
    pub to: Place<'a, u8, 3>,
    /// Not described.
    pub opaque: ::core::option::Option<Opaque>,
}

/// Has no shape.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Opaque(pub u8);

/// Money came in or went out.
#[derive(Debug, Deserialize)]
pub struct Booked(i64);

impl ::core::convert::From<Booked> for ::core::option::Option<Deposited> {
    fn from(old: Booked) -> Self {
        Self::Some(Deposited(old.0))
    }
}

/// The account was closed.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "hostile.closed")]
pub struct Closed;

/// Something was noted.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "hostile.noted")]
pub struct Noted<T, const N: usize>
where
    T: ::core::clone::Clone,
{
    /// What.
    pub r#type: T,
}
