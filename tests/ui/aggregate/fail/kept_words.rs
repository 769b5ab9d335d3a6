use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved")]
struct Moved;

#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "account", id = u64, events(Moved), snapshot, cached)]
struct Alone;

impl Apply<Moved> for Alone {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "account", id = u64, events(Moved), snapshot(every = 0))]
struct Never;

impl Apply<Moved> for Never {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "account", id = u64, events(Moved), snapshot(often))]
struct Often;

impl Apply<Moved> for Often {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "account", id = u64, events(Moved), snapshot(every = 10, version = 0))]
struct Zeroth;

impl Apply<Moved> for Zeroth {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "account", id = u64, events(Moved), snapshot(every = 10, version = 2, format = 3))]
struct More;

impl Apply<Moved> for More {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "account", id = u64, events(Moved), cached = 3)]
struct Value;

impl Apply<Moved> for Value {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "account", id = u64, events(Moved), snapshots(every = 10))]
struct Misspelt;

impl Apply<Moved> for Misspelt {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

fn main() {}
