#![deny(warnings)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use pericarp::Event;
use serde::{Deserialize, Deserializer, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
pub struct Opened<'a> {
    #[event(no_escapes)]
    pub owner: &'a str,
    #[event(no_escapes)]
    #[serde(borrow)]
    pub tags: BTreeMap<u8, Vec<&'a str>>,
    #[serde(borrow)]
    pub note: Cow<'a, str>,
    #[event(owned)]
    pub copied: Cow<'a, str>,
    pub constant: Cow<'static, str>,
    #[serde(borrow = "'a", deserialize_with = "text")]
    pub by_itself: Cow<'a, str>,
    #[serde(skip)]
    pub skipped: &'a str,
    pub of: PhantomData<&'a str>,
    pub number: Cow<'a, u64>,
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Cow<'de, str>, D::Error> {
    Deserialize::deserialize(from).map(Cow::Borrowed)
}

#[derive(Event, Serialize, Deserialize)]
pub enum DoorEvent<'a> {
    #[event(name = "door.opened")]
    Opened(#[event(no_escapes)] &'a str),
    #[event(name = "door.closed")]
    Closed {
        #[event(no_escapes)]
        r#in: &'a str,
    },
}

/// Read by way of another type, which has borrowed nothing.
#[derive(Event, Serialize, Deserialize, Clone)]
#[event(name = "account.noted")]
#[serde(from = "String")]
pub struct Noted<'a> {
    pub note: Cow<'a, str>,
}

impl From<String> for Noted<'_> {
    fn from(note: String) -> Self {
        Self { note: note.into() }
    }
}

fn main() {
    let _ = (Opened::KINDS, DoorEvent::KINDS, Noted::KINDS);
}
