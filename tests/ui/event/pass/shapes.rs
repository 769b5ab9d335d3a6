#![deny(warnings)]

use pericarp::Event;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "a")]
pub struct Unit;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", version = 2, alias("account.created", "account:made-1_x"))]
pub struct Named<'a, 'b> {
    #[serde(borrow)]
    pub owner: Cow<'a, str>,
    #[event(no_escapes)]
    pub note: &'b str,
    pub r#type: u8,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "newtype")]
pub struct Newtype(pub u64);

#[derive(Event, Serialize, Deserialize)]
#[event(name = "tuple")]
pub struct Tuple(pub u64, pub String);

#[derive(Event, Serialize, Deserialize)]
#[event(name = "generic")]
#[event(version = 7)]
pub struct Generic<T: Clone = u8, const N: usize = 3>
where
    T: Copy,
{
    pub value: T,
}

pub trait Measure {
    type Amount;
}

/// What serde is told to demand is what is demanded.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "bounded")]
#[serde(bound(
    serialize = "U::Amount: Serialize",
    deserialize = "U::Amount: for<'d> Deserialize<'d>"
))]
pub struct Bounded<'a, U: Measure> {
    #[serde(borrow)]
    pub by: Cow<'a, str>,
    pub amount: U::Amount,
}

#[derive(Event, Serialize, Deserialize)]
pub enum BoundedField<T> {
    #[event(name = "bounded.field")]
    Kept {
        #[serde(bound = "", skip)]
        of: std::marker::PhantomData<T>,
    },
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "raw")]
#[allow(non_camel_case_types)]
pub struct r#struct {
    pub r#fn: u8,
}

pub struct Cents;

impl Measure for Cents {
    type Amount = u64;
}

fn main() {
    assert_eq!(Named::KINDS[0].version, 2);
    assert_eq!(Generic::<u8, 3>::KINDS[0].version, 7);
    assert_eq!(Bounded::<Cents>::KINDS[0].name, "bounded");
    assert_eq!(BoundedField::<Cents>::KINDS[0].name, "bounded.field");
    assert_eq!(r#struct { r#fn: 1 }.kind().name, "raw");
}
