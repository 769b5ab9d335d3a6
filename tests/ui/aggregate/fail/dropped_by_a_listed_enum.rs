use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.flagged")]
struct Flagged;

#[derive(Event, Serialize, Deserialize)]
#[event(dropped("account.flagged"))]
enum Entry {
    #[event(name = "account.noted")]
    Noted,
}

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Flagged, Entry))]
struct Account;

impl Apply<Flagged> for Account {
    fn apply(&mut self, _: Flagged, _: &Meta<'_>) {}
}

impl Apply<Entry> for Account {
    fn apply(&mut self, _: Entry, _: &Meta<'_>) {}
}

fn main() {}
