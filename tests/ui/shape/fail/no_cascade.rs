//! An event with a mistake in it is one error, wherever its shape is asked for.
use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(nmae = "a.b")] // mistake
struct Noted {
    a: u8,
}

#[derive(Aggregate, Default)]
#[aggregate(category = "a", id = u64, evnts(Noted))] // mistake
struct Account;

fn main() {
    pericarp::schema![Noted, Account];
}
