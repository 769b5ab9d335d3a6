use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
struct Opened<'a> {
    #[event(no_escapes)]
    owner: &'a str,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.deposited")]
struct Deposited {
    cents: i64,
}

enum Entry {}

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, event = Entry)]
struct Account {
    cents: i64,
}

impl Apply<Entry> for Account {
    fn apply(&mut self, _: Entry, _: &Meta<'_>) {}
}

fn main() {}
