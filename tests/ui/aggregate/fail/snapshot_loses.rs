use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved")]
struct Moved;

#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "account", id = u64, events(Moved), snapshot(every = 100))]
struct Account {
    kept: u64,
    #[serde(skip)]
    skipped: u64,
    #[serde(skip_serializing, default)]
    unwritten: u64,
    #[serde(default, skip_deserializing)]
    unread: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
}

impl Apply<Moved> for Account {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

fn main() {}
