//! Snapshots that are taken, and used.

use pericarp::prelude::*;
use pericarp::store::{MemoryStore, Store};
use pericarp::testing::Given;
use pericarp::{Payload, Pericarp};
use pericarp_tests::{Done, Watched};

use super::domain::{
    Count, CountForgetful, CountUnwritable, Counted, Forgetful, Meter, fill, total,
};
use crate::on_every_store::on_every_store;

on_every_store! {
    /// Of ten thousand events the tail alone is read.
    async fn a_load_reads_the_tail(store) {
        let store = std::sync::Arc::new(Watched::new(store));
        let app = Pericarp::new(store.clone());
        for _ in 0..10 {
            fill(&app, 1, 1_000).await;
        }
        store.take();
        // A command that changes nothing loads them all, and takes one.
        assert_eq!(app.execute(Count { meter: 1, n: 0 }).await.unwrap(), 10_000);
        assert_eq!(store.take(), Done { loads: 1, events: 10_000, snapshots: 1, ..Done::default() });
        store.snapshots_kept().await;
        fill(&app, 1, 7).await;
        store.take();
        let root = app.load::<Meter>(&1).await.unwrap().unwrap();
        assert_eq!((root.total, Root::version(&root).get()), (10_007, 10_007));
        assert_eq!(store.take(), Done { loads: 1, events: 7, ..Done::default() });
        assert_eq!(total(&app, 1).await.0, 10_007);
    }

    /// One is due after every ten events, however they were stored.
    async fn one_is_taken_every_so_often(store) {
        let store = std::sync::Arc::new(Watched::new(store));
        let app = Pericarp::new(store.clone());
        let mut taken = Vec::new();
        for n in 1..=25 {
            assert_eq!(app.execute(Count { meter: 1, n: 1 }).await.unwrap(), n);
            store.snapshots_kept().await;
            if store.take().snapshots > 0 {
                taken.push(n);
            }
        }
        assert_eq!(taken, [10, 20]);
        let counters = app.repository::<Meter>();
        let mut root = counters.load(&1).await.unwrap().unwrap();
        let mut taken = Vec::new();
        for n in 26..=45 {
            root.emit(Counted { n: 1 });
            counters.save(&mut root).await.unwrap();
            store.snapshots_kept().await;
            if store.take().snapshots > 0 {
                taken.push(n);
            }
        }
        assert_eq!(taken, [30, 40]);
        store.snapshots_kept().await;
        store.take();
        assert_eq!(app.load::<Meter>(&1).await.unwrap().unwrap().total, 45);
        assert_eq!(store.take().events, 5);
    }

    /// Appends and snapshots race, and nothing is lost.
    async fn a_hundred_increments_with_snapshots_are_a_hundred(store) {
        let app = Pericarp::new(store);
        let counts = (0..100).map(|_| app.execute(Count { meter: 1, n: 1 }));
        let mut answers: Vec<u64> = futures::future::try_join_all(counts).await.unwrap();
        answers.sort_unstable();
        assert!(answers.into_iter().eq(1..=100));
        assert_eq!(app.load::<Meter>(&1).await.unwrap().unwrap().total, 100);
        assert_eq!(total(&app, 1).await.0, 100);
    }

    /// A state that cannot be written does no harm but that it is folded each time.
    async fn what_cannot_be_written_is_folded(store) {
        let app = Pericarp::new(store);
        for n in 1..=5 {
            assert_eq!(app.execute(CountUnwritable { meter: 1, n }).await.unwrap(), n as usize);
            app.store().snapshots_kept().await;
        }
    }

    /// A commit that is sent again is found behind a snapshot that holds it.
    async fn a_repeated_commit_is_found_behind_a_snapshot(store) {
        let app = Pericarp::new(store);
        let id = app.next_commit_id();
        let count = |n| {
            let mut payload = Payload::new(Count { meter: 1, n });
            payload.set_commit_id(id);
            payload
        };
        fill(&app, 1, 3).await;
        let first = app.execute_payload(count(5)).await.unwrap();
        assert_eq!(first.answer, 8);
        fill(&app, 1, 30).await;
        assert_eq!(app.execute(Count { meter: 1, n: 0 }).await.unwrap(), 38);
        app.store().snapshots_kept().await;
        let again = app.execute_payload(count(5)).await.unwrap();
        assert_eq!((again.answer, again.committed), (8, first.committed));
        let other = app.execute_payload(count(6)).await.unwrap_err();
        assert_eq!(other.code(), "command.key_reused");
        assert_eq!(total(&app, 1).await.0, 38);
    }
}

/// Scenarios go through a snapshot, so they fail where a state does not come back from it.
#[test]
fn a_scenario_goes_through_a_snapshot() {
    Meter::given(Counted { n: 3 })
        .when(Count { meter: 1, n: 2 })
        .then(Counted { n: 2 })
        .returning(5);
    let forgetful = std::panic::catch_unwind(|| {
        Forgetful::given(Counted { n: 3 })
            .when(CountForgetful { meter: 1 })
            .returning(4);
    });
    let said = *forgetful.unwrap_err().downcast::<String>().unwrap();
    assert!(said.contains("expected the answer 4, got 1"), "{said}");
}

/// Dropped right after the answer, the store has the snapshot or not, and is none the worse.
#[tokio::test]
async fn a_store_that_is_closed_has_kept_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let app = Pericarp::new(pericarp::store::SqliteStore::open(&file).await.unwrap());
    for _ in 0..20 {
        app.execute(Count { meter: 1, n: 1 }).await.unwrap();
    }
    app.store().close().await;
    let store = pericarp::store::SqliteStore::open(&file).await.unwrap();
    let store = std::sync::Arc::new(Watched::new(store));
    let app = Pericarp::new(store.clone());
    assert_eq!(app.load::<Meter>(&1).await.unwrap().unwrap().total, 20);
    // The one of ten events at least, which another takes the place of while it is not stored.
    assert!(store.take().events <= 10);
}

/// A closed store keeps nothing, and says nothing about it.
#[tokio::test]
async fn a_closed_store_keeps_none() {
    let store = MemoryStore::new();
    let app = Pericarp::new(store.clone());
    fill(&app, 1, 20).await;
    store.close().await;
    assert!(app.execute(Count { meter: 1, n: 0 }).await.is_err());
    store.snapshots_kept().await;
}
