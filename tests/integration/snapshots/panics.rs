//! A state that panics does no harm to what is stored.

use std::convert::Infallible;

use pericarp::Pericarp;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use serde::{Deserialize, Serialize, Serializer};

use super::domain::{Counted, total};
use crate::on_every_store::on_every_store;

/// Panics where it is written.
#[derive(Aggregate, Default, Shape, Serialize, Deserialize)]
#[aggregate(category = "meter", id = u64, events(Counted), snapshot(every = 1))]
struct Panicking {
    #[serde(serialize_with = "panics")]
    total: u64,
}

fn panics<S: Serializer>(_: &u64, _: S) -> Result<S::Ok, S::Error> {
    std::panic::panic_any("as the test planned")
}

impl Apply<Counted> for Panicking {
    fn apply(&mut self, event: Counted, _: &Meta<'_>) {
        self.total += event.n;
    }
}

#[derive(Command)]
#[command(aggregate = Panicking, returns = u64)]
struct CountPanicking {
    #[command(id)]
    meter: u64,
}

impl Handle<CountPanicking> for Panicking {
    fn handle(meter: &mut Root<Self>, _: &CountPanicking) -> Result<u64, Infallible> {
        meter.emit(Counted { n: 1 });
        Ok(meter.total)
    }
}

on_every_store! {
    /// The events of a unit of work were stored, and then it panicked, with a root whose events were
    /// there to be stored again.
    async fn a_state_that_panics_does_not_harm_what_is_stored(store) {
        let app = Pericarp::new(store);
        assert_eq!(app.execute(CountPanicking { meter: 1 }).await.unwrap(), 1);
        let mut root = app.load::<Panicking>(&1).await.unwrap().unwrap();
        root.emit(Counted { n: 1 });
        app.repository().save(&mut root).await.unwrap();
        assert_eq!(Root::uncommitted(&root), 0);
        assert_eq!(total(&app, 1).await.0, 2);
        app.store().snapshots_kept().await;
    }
}

/// Panics where the first of its states is dropped.
#[derive(Aggregate, Default, Clone)]
#[aggregate(category = "meter", id = u64, events(Counted), cached)]
struct Dropping {
    total: u64,
}

impl Drop for Dropping {
    fn drop(&mut self) {
        if self.total == 1 {
            std::panic::panic_any("as the test planned");
        }
    }
}

impl Apply<Counted> for Dropping {
    fn apply(&mut self, event: Counted, _: &Meta<'_>) {
        self.total += event.n;
    }
}

#[derive(Command)]
#[command(aggregate = Dropping, returns = u64)]
struct CountDropping {
    #[command(id)]
    meter: u64,
}

impl Handle<CountDropping> for Dropping {
    fn handle(meter: &mut Root<Self>, _: &CountDropping) -> Result<u64, Infallible> {
        meter.emit(Counted { n: 1 });
        Ok(meter.total)
    }
}

/// A state in memory panicked as it made room for the next, whose events were stored.
#[tokio::test]
async fn a_state_that_panics_as_it_makes_room_does_not_harm_what_is_stored() {
    let app = Pericarp::new(MemoryStore::new());
    for meter in [1, 2] {
        for n in 1..=3 {
            assert_eq!(app.execute(CountDropping { meter }).await.unwrap(), n);
        }
    }
}
