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

#[derive(Event, Serialize, Deserialize)]
#[event(name = "raw")]
#[allow(non_camel_case_types)]
pub struct r#struct {
    pub r#fn: u8,
}

fn main() {
    assert_eq!(Named::KINDS[0].version, 2);
    assert_eq!(Generic::<u8, 3>::KINDS[0].version, 7);
    assert_eq!(r#struct { r#fn: 1 }.kind().name, "raw");
}
