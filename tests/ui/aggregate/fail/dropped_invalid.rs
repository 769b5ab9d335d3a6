use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved")]
struct Moved;

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Moved), dropped("account.flagged", "", "account.flagged"))]
struct Account;

impl Apply<Moved> for Account {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

fn main() {}
