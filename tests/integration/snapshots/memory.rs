//! Aggregates that stay in memory: a state to go on from, and never more.

use std::sync::Arc;

use pericarp::store::{AppendError, MemoryStore, SqliteStore, Store};
use pericarp::testing::{Fault, Faulty};
use pericarp::{ExecuteError, Payload, Pericarp, Retry, SaveError};
use pericarp_tests::{Done, Watched};

use super::domain::{
    Both, Count, CountBoth, CountHot, CountPlain, Counted, Full, Hot, fill, total,
};
use crate::on_every_store::on_every_store;

const ONE_APPEND: Done = Done {
    appends: 1,
    reads: 0,
    loads: 0,
    events: 0,
    snapshots: 0,
};

on_every_store! {
    /// A command for an aggregate that is in memory is one append, and nothing is loaded.
    async fn a_command_is_one_append(store) {
        let store = Arc::new(Watched::new(store));
        let app = Pericarp::new(store.clone());
        fill(&app, 1, 50).await;
        store.take();
        app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
        assert_eq!(store.take(), Done { loads: 1, events: 50, ..ONE_APPEND });
        for n in 52..60 {
            assert_eq!(app.execute(CountHot { meter: 1, n: 1 }).await.unwrap(), n);
            assert_eq!(store.take(), ONE_APPEND);
        }
        // Another is not.
        app.execute(CountPlain { meter: 1, n: 1 }).await.unwrap();
        assert_eq!(store.take(), Done { loads: 1, events: 59, ..ONE_APPEND });
        // A load always looks.
        assert_eq!(app.load::<Hot>(&1).await.unwrap().unwrap().total, 60);
        assert_eq!(store.take(), Done { loads: 1, events: 1, ..Done::default() });
        assert_eq!(total(&app, 1).await.0, 60);
    }

    /// What another process stored meanwhile is a conflict, after which it is decided on that.
    async fn one_that_is_behind_conflicts(store) {
        let store = Arc::new(Watched::new(store));
        let retry = Retry { attempts: 1, ..Retry::default() };
        let app = Pericarp::builder(store.clone()).retry(retry).build();
        let other = Pericarp::new(store.clone());
        app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
        fill(&other, 1, 3).await;
        store.take();
        // Without a memory it would not have conflicted, so that is none of the attempts.
        assert_eq!(app.execute(CountHot { meter: 1, n: 1 }).await.unwrap(), 5);
        assert_eq!(store.take(), Done { appends: 2, loads: 1, events: 3, ..Done::default() });
        assert_eq!(total(&app, 1).await, (5, pericarp::Version::new(5)));
    }

    /// A refusal is one of what the store has, and so is an answer without events.
    async fn a_refusal_is_decided_on_what_is_stored(store) {
        let store = Arc::new(Watched::new(store));
        let app = Pericarp::new(store.clone());
        let other = Pericarp::new(store.clone());
        app.execute(CountHot { meter: 1, n: 100_000 }).await.unwrap();
        store.take();
        let refused = app.execute(CountHot { meter: 1, n: 1 }).await.unwrap_err();
        assert!(matches!(refused, ExecuteError::Refused(Full)));
        assert_eq!(store.take(), Done { loads: 1, ..Done::default() });
        app.execute(CountHot { meter: 2, n: 1 }).await.unwrap();
        fill(&other, 2, 4).await;
        assert_eq!(app.execute(CountHot { meter: 2, n: 0 }).await.unwrap(), 5);
    }

    /// However many there are at once, in one process or in two.
    async fn a_hundred_increments_from_memory_are_a_hundred(store) {
        let store = Arc::new(store);
        let apps = [Pericarp::new(store.clone()), Pericarp::new(store)];
        let counts = (0..100).map(|n| apps[n % 2].execute(CountBoth { meter: 1, n: 1 }));
        let mut answers = futures::future::try_join_all(counts).await.unwrap();
        answers.sort_unstable();
        assert!(answers.into_iter().eq(1..=100), "each saw the one before it");
        assert_eq!(total(&apps[0], 1).await.0, 100);
    }

    /// A command that is sent again gets the first answer, whatever happened since.
    async fn a_repeated_command_gets_the_first_answer(store) {
        let app = Pericarp::new(store);
        let (context, id) = (app.context(), app.next_commit_id());
        let count = |n| {
            let payload = Payload::new(CountHot { meter: 1, n });
            let mut payload = payload.with_context(&context);
            payload.set_commit_id(id);
            payload
        };
        let first = app.execute_payload(count(5)).await.unwrap();
        assert_eq!(first.answer, 5);
        for _ in 0..2 {
            let again = app.execute_payload(count(5)).await.unwrap();
            assert_eq!((again.answer, &again.committed), (5, &first.committed));
            app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
        }
        let other = app.execute_payload(count(6)).await.unwrap_err();
        assert_eq!(other.code(), "command.key_reused");
        let full = app.execute_payload(count(0)).await;
        assert!(full.is_err() || full.unwrap().committed.is_none());
        assert_eq!(total(&app, 1).await.0, 7);
    }

    /// Both at once: a snapshot is taken from memory, every ten events.
    async fn snapshots_are_taken_from_memory(store) {
        let store = Arc::new(Watched::new(store));
        let app = Pericarp::new(store.clone());
        for n in 1..=25 {
            assert_eq!(app.execute(CountBoth { meter: 1, n: 1 }).await.unwrap(), n);
        }
        let done = store.take();
        assert_eq!((done.snapshots, done.events, done.loads), (2, 0, 1));
        store.snapshots_kept().await;
        let after_a_restart = Pericarp::new(store.clone());
        assert_eq!(after_a_restart.load::<Both>(&1).await.unwrap().unwrap().total, 25);
        assert_eq!(store.take().events, 5);
    }
}

/// A commit that failed leaves what was in memory before it.
#[tokio::test]
async fn a_commit_that_failed_leaves_no_trace() {
    let store = Arc::new(Faulty::new(MemoryStore::new()));
    let app = Pericarp::new(store.clone());
    app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
    for faults in [&[Fault::Refuse][..], &[Fault::LoseRequest, Fault::Refuse]] {
        faults.iter().cloned().for_each(|fault| store.plan(fault));
        let failed = app.execute(CountHot { meter: 1, n: 10 }).await.unwrap_err();
        assert!(
            matches!(
                failed,
                ExecuteError::Save(SaveError::Append(
                    AppendError::Failed { .. } | AppendError::OutcomeUnknown { .. }
                ))
            ),
            "{failed:?}"
        );
    }
    assert_eq!(app.execute(CountHot { meter: 1, n: 1 }).await.unwrap(), 2);
    assert_eq!(total(&app, 1).await.0, 2);
}

/// One whose outcome is not known may have been stored: that is found out, not guessed.
#[tokio::test]
async fn an_unknown_outcome_is_not_remembered() {
    let store = Arc::new(Faulty::new(MemoryStore::new()));
    let app = Pericarp::new(store.clone());
    app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
    store.plan(Fault::LoseAnswer);
    store.plan(Fault::Refuse);
    let unknown = app.execute(CountHot { meter: 1, n: 10 }).await;
    assert!(unknown.is_err());
    assert_eq!(app.execute(CountHot { meter: 1, n: 1 }).await.unwrap(), 12);
}

/// A log that was put back to an older state under the application's feet.
#[tokio::test]
async fn a_log_that_became_shorter_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let store = SqliteStore::open(&file).await.unwrap();
    let app = Pericarp::new(store);
    for _ in 0..5 {
        app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
    }
    let client = rusqlite::Connection::open(&file).unwrap();
    client
        .execute_batch(
            "DROP TRIGGER pericarp_events_no_delete; DELETE FROM pericarp_events WHERE version > 2",
        )
        .unwrap();
    assert_eq!(app.execute(CountHot { meter: 1, n: 1 }).await.unwrap(), 3);
    assert_eq!(total(&app, 1).await.0, 3);
}

/// So many stay in memory, and with none each command loads.
#[tokio::test]
async fn as_many_stay_as_are_told() {
    let store = Arc::new(Watched::new(MemoryStore::new()));
    let app = Pericarp::builder(store.clone())
        .cached_aggregates(0)
        .build();
    for n in 1..=3 {
        assert_eq!(app.execute(CountHot { meter: 1, n: 1 }).await.unwrap(), n);
        assert_eq!(store.take().loads, 1);
    }
    let app = Pericarp::builder(store.clone())
        .cached_aggregates(8)
        .build();
    for round in 0..2 {
        for meter in 10..200 {
            app.execute(CountHot { meter, n: 1 }).await.unwrap();
        }
        let loads = store.take().loads;
        assert!(loads >= 190 - 8, "{loads} loads in round {round}");
    }
}

/// Two aggregates of one stream are kept apart.
#[tokio::test]
async fn two_aggregates_of_one_stream_are_kept_apart() {
    let app = Pericarp::new(MemoryStore::new());
    app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
    app.execute(CountBoth { meter: 1, n: 1 }).await.unwrap();
    assert_eq!(app.execute(CountHot { meter: 1, n: 1 }).await.unwrap(), 3);
    assert_eq!(app.execute(CountBoth { meter: 1, n: 1 }).await.unwrap(), 4);
    assert_eq!(app.execute(Count { meter: 1, n: 0 }).await.unwrap(), 4);
    let mut root = app.load::<Both>(&1).await.unwrap().unwrap();
    root.emit(Counted { n: 1 });
    app.repository().save(&mut root).await.unwrap();
    assert_eq!(app.execute(CountHot { meter: 1, n: 0 }).await.unwrap(), 5);
}
