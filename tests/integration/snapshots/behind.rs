//! What is decided on a state in memory that is behind the log costs nothing, and refuses nothing.

use std::convert::Infallible;
use std::sync::Arc;

use pericarp::prelude::*;
use pericarp::store::{Limits, MemoryStore};
use pericarp::{Pericarp, Retry, SystemClock};

use super::domain::{CountHot, Counted, Hot, fill};
use super::meddled::Meddled;

/// A state in memory that turned out to be old, and its successor too, cost a command its attempts.
#[tokio::test]
async fn what_is_in_memory_costs_no_attempts() {
    let store = Arc::new(Meddled::default());
    let retry = Retry {
        attempts: 1,
        ..Retry::default()
    };
    let app = Pericarp::builder(store.clone()).retry(retry).build();
    let other = Pericarp::new(store.inner());
    app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
    let beside = app.clone();
    store.before_append(async move {
        fill(&other, 1, 1).await;
        beside.load::<Hot>(&1).await.unwrap();
        fill(&other, 1, 1).await;
    });
    assert_eq!(app.execute(CountHot { meter: 1, n: 1 }).await.unwrap(), 4);
}

/// Filled up with single counts.
#[derive(Aggregate, Default, Clone)]
#[aggregate(category = "meter", id = u64, events(Counted), cached)]
struct Box10 {
    total: u64,
}

impl Apply<Counted> for Box10 {
    fn apply(&mut self, event: Counted, _: &Meta<'_>) {
        self.total += event.n;
    }
}

#[derive(Command)]
#[command(aggregate = Box10, returns = u64)]
struct FillUp {
    #[command(id)]
    meter: u64,
}

impl Handle<FillUp> for Box10 {
    fn handle(meter: &mut Root<Self>, _: &FillUp) -> Result<u64, Infallible> {
        let missing = 10 - meter.total;
        for _ in 0..missing {
            meter.emit(Counted { n: 1 });
        }
        Ok(missing)
    }
}

/// What was decided on an old state was too large for the store, and refused for it.
#[tokio::test]
async fn a_commit_too_large_is_one_of_what_is_stored() {
    let limits = Limits {
        max_events_per_commit: 5,
        ..Limits::DEFAULT
    };
    let store = MemoryStore::with(limits, SystemClock);
    let (app, other) = (Pericarp::new(store.clone()), Pericarp::new(store));
    fill(&app, 1, 1).await;
    app.load::<Box10>(&1).await.unwrap();
    fill(&other, 1, 5).await;
    assert_eq!(app.execute(FillUp { meter: 1 }).await.unwrap(), 4);
    fill(&other, 2, 1).await;
    app.load::<Box10>(&2).await.unwrap();
    let error = app.execute(FillUp { meter: 2 }).await.unwrap_err();
    assert_eq!(error.code(), "append.too_many_events");
}
