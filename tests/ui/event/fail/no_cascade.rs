//! A mistake in an event is not repeated wherever the event is used.

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(nmae = "counter.added")] // mistake
struct Added {
    n: u64,
}

#[derive(Aggregate, Default)]
#[aggregate(category = "counter", id = String, events(Added))]
struct Counter {
    total: u64,
}

impl Apply<Added> for Counter {
    fn apply(&mut self, event: Added, _: &Meta<'_>) {
        self.total += event.n;
    }
}

fn main() {
    let mut counter = Root::<Counter>::empty(String::from("visits"));
    counter.emit(Added { n: 2 });
    let _ = CounterEvent::from(Added { n: 3 }).kind();
}
