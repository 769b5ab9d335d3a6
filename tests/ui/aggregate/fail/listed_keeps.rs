use pericarp::RecordedEvent;
use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved")]
struct Moved;

#[derive(Event, Serialize, Deserialize)]
enum Entry<'a> {
    #[event(name = "account.noted")]
    Noted,
    #[event(unknown)]
    #[serde(skip)]
    Other(RecordedEvent<'a>),
}

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Moved, Entry<'_>))]
struct Account;

impl Apply<Moved> for Account {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

impl Apply<Entry<'_>> for Account {
    fn apply(&mut self, _: Entry<'_>, _: &Meta<'_>) {}
}

fn main() {}
