use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved")]
struct Moved;

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Moved), snapshot(every = 100))]
struct Snapshot;

impl Apply<Moved> for Snapshot {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Moved), cached)]
struct InMemory;

impl Apply<Moved> for InMemory {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

fn main() {}
