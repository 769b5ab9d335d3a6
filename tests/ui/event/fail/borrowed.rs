use std::borrow::Cow;

use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
struct Opened<'a> {
    owner: &'a str,
    #[serde(borrow)]
    tags: Vec<(u8, Option<&'a str>)>,
    note: Cow<'a, str>,
    bytes: std::borrow::Cow<'a, [u8]>,
    #[event(no_escapes)]
    name: String,
    #[event(owned)]
    city: String,
}

#[derive(Event, Serialize, Deserialize)]
enum DoorEvent<'a> {
    #[event(name = "door.opened")]
    Opened { by: &'a str },
    #[event(name = "door.painted")]
    Painted(Cow<'a, str>),
}

fn main() {}
