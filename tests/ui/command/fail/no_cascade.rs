//! A mistake in a command is not repeated wherever the command is used.

use pericarp::prelude::*;
use pericarp::{Context, Pericarp, decide, store::MemoryStore};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "counter.added")]
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

#[derive(Command)]
#[command(aggregate = Counter, middlware(Audit))] // mistake
struct Add {
    #[command(idd)] // mistake
    counter: String,
    n: u64,
}

impl Handle<Add> for Counter {
    fn handle(counter: &mut Root<Self>, add: &Add) -> Result<(), Self::Error> {
        counter.emit(Added { n: add.n });
        Ok(())
    }
}

async fn add(app: Pericarp<MemoryStore>, add: Add) {
    let _ = add.counter.len() + Add::NAME.len();
    let _ = decide::<Add>(&mut None, &add, &Context::default());
    let _ = app.execute(add).await;
}

fn main() {}
