use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "tally.added")]
struct Added {
    n: u64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "tally.reset")]
struct Reset {}

#[derive(Aggregate, Default)]
#[aggregate(category = "tally", id = u64, events(Added))]
struct Tally {
    total: u64,
}

impl Apply<Added> for Tally {
    fn apply(&mut self, event: Added, _: &Meta<'_>) {
        self.total += event.n;
    }
}

fn main() {
    Root::<Tally>::empty(1).emit(Reset {});
}
