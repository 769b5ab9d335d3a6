//! Commits that are there already, with another time: the state that they were decided on is another
//! than that of the log.

use std::convert::Infallible;
use std::sync::Arc;

use pericarp::prelude::*;
use pericarp::store::{MemoryStore, Store};
use pericarp::testing::{Fault, Faulty};
use pericarp::{Context, Payload, Pericarp, Timestamp};
use serde::{Deserialize, Serialize};

use super::domain::{Counted, fill};

/// Knows when it was counted.
#[derive(Aggregate, Default, Clone, Shape, Serialize, Deserialize)]
#[aggregate(category = "meter", id = u64, events(Counted), cached, snapshot(every = 1))]
struct Dated {
    at: Vec<i64>,
}

impl Apply<Counted> for Dated {
    fn apply(&mut self, _: Counted, meta: &Meta<'_>) {
        self.at.push(meta.occurred_at().as_micros());
    }
}

#[derive(Command)]
#[command(aggregate = Dated, returns = ())]
struct CountDated {
    #[command(id)]
    meter: u64,
}

impl Handle<CountDated> for Dated {
    fn handle(meter: &mut Root<Self>, _: &CountDated) -> Result<(), Infallible> {
        meter.emit(Counted { n: 1 });
        Ok(())
    }
}

fn at(second: i64) -> Context {
    Context::new(Timestamp::from_micros(second))
}

/// A command whose commit is there already, of another time: nobody could read that time, and the
/// state of the second one stayed in memory and in the store.
#[tokio::test]
async fn a_repetition_that_cannot_be_told_leaves_no_trace() {
    let store = Arc::new(Faulty::new(MemoryStore::new()));
    let app = Pericarp::new(store.clone());
    let other = Pericarp::new(store.inner().clone());
    fill(&app, 1, 1).await;
    app.load::<Dated>(&1).await.unwrap();
    let id = app.next_commit_id();
    let count = |second| {
        let mut payload = Payload::new(CountDated { meter: 1 }).with_context(&at(second));
        payload.set_commit_id(id);
        payload
    };
    other.execute_payload(count(1)).await.unwrap();
    store.plan(Fault::FailRead);
    app.execute_payload(count(2)).await.unwrap();
    assert!(store.is_done());
    assert_eq!(app.load::<Dated>(&1).await.unwrap().unwrap().at[1], 1);
    let third = Pericarp::new(store.inner().clone());
    assert_eq!(third.load::<Dated>(&1).await.unwrap().unwrap().at[1], 1);
}

/// A unit of work whose commit is there already, of another time: a snapshot was taken of a state
/// that the log does not come to.
#[tokio::test]
async fn a_unit_of_work_that_is_repeated_leaves_no_snapshot() {
    let store = MemoryStore::new();
    let (app, other) = (Pericarp::new(store.clone()), Pericarp::new(store.clone()));
    fill(&app, 1, 1).await;
    let id = app.next_commit_id();
    let mut roots = Vec::new();
    for app in [&other, &app] {
        roots.push(app.load::<Dated>(&1).await.unwrap().unwrap());
    }
    for (root, second) in roots.iter_mut().zip(1..) {
        Root::set_context(root, at(second));
        root.emit(Counted { n: 1 });
        let mut work = app.unit_of_work();
        work.with_id(id).add(root);
        assert_eq!(work.commit().await.unwrap().streams[0].last.get(), 2);
    }
    let load = || async {
        store.snapshots_kept().await;
        let app = Pericarp::new(store.clone());
        app.load::<Dated>(&1).await.unwrap().unwrap()
    };
    assert_eq!(load().await.at[1], 1);
    // It stays another state, whatever comes on top.
    let mut second = roots.pop().unwrap();
    second.emit(Counted { n: 1 });
    app.repository().save(&mut second).await.unwrap();
    assert_eq!(load().await.at[1], 1);
}
