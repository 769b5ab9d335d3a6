use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct ChangedV1;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved", split_from("account.changed", 1 => ChangedV1))]
struct Moved;

impl From<ChangedV1> for Option<Moved> {
    fn from(_: ChangedV1) -> Self {
        None
    }
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.changed", version = 2)]
struct Changed;

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Moved, Changed))]
struct Account;

impl Apply<Moved> for Account {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

impl Apply<Changed> for Account {
    fn apply(&mut self, _: Changed, _: &Meta<'_>) {}
}

fn main() {}
