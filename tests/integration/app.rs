//! Loading, deciding and saving, on each store, with the store failing where that matters.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use pericarp::prelude::*;
use pericarp::store::{
    AppendError, Conflict, MemoryStore, ReadLog, ReadStream, SqliteStore, Store, StoreFault,
};
use pericarp::testing::{Fault, Faulty};
use pericarp::{
    Commit, CommitError, CommitId, Context, Dispatch, ExecuteError, Expected, Ids, Metadata, Page,
    Pericarp, Position, RandomIds, Retry, SaveError, StreamName, Timestamp, UnitOfWorkError,
    Version,
};
use pericarp_tests::{Counting, commit_to, positions};

use crate::domain::{Add, Added, Door, Hang, Open, Opened, Refusal, Speak, Tally, Unspeakable};

/// Each of these as a test on each store, on a runtime of four threads.
macro_rules! on_each_store {
    ($($test:ident)+) => {
        mod on_memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                super::$test(super::MemoryStore::new()).await;
            })+
        }

        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("log.db");
                super::$test(super::SqliteStore::open(path).await.unwrap()).await;
            })+
        }
    };
}

on_each_store! {
    a_hundred_contended_increments_are_a_hundred
    of_racing_creators_one_creates
    a_command_for_nobody_is_not_found
    a_refusal_stores_nothing
    a_lost_race_is_decided_again
    retries_are_bounded
    an_unknown_outcome_is_found_out_and_stored_once
    an_outcome_that_stays_unknown_is_reported_as_such
    a_failure_is_reported_as_it_is
    an_event_that_cannot_be_serialised_stores_nothing
    a_unit_of_work_is_stored_whole_or_not_at_all
    a_failed_dispatch_is_reported_with_what_is_stored
    a_commit_id_makes_a_unit_of_work_idempotent
    many_are_loaded_in_order_with_few_reads
    a_thousand_events_are_one_append
    a_long_stream_is_folded_whole
    context_and_answer_come_through
    a_saved_root_can_be_saved_again
}

async fn total(app: &Pericarp<impl Store>, tally: u64) -> Option<(u64, Version)> {
    let root = app.load::<Tally>(&tally).await.unwrap()?;
    Some((root.total, Root::version(&root)))
}

async fn a_hundred_contended_increments_are_a_hundred(store: impl Store + Clone) {
    let apps = [Pericarp::new(store.clone()), Pericarp::new(store)];
    let mut tasks = tokio::task::JoinSet::new();
    for app in apps.iter().cycle().take(100) {
        let app = app.clone();
        tasks.spawn(async move { app.execute(Add { tally: 1, n: 1 }).await.unwrap() });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_unstable();
    assert!(
        answers.into_iter().eq(1..=100),
        "each saw the state the one before it left"
    );
    assert_eq!(total(&apps[0], 1).await, Some((100, Version::new(100))));
}

async fn of_racing_creators_one_creates(store: impl Store + Clone) {
    let apps = [Pericarp::new(store.clone()), Pericarp::new(store)];
    let mut tasks = tokio::task::JoinSet::new();
    for (number, app) in apps.iter().cycle().take(20).enumerate() {
        let app = app.clone();
        let colour = number.to_string();
        tasks.spawn(async move { (number, app.execute(Hang { door: 7, colour }).await) });
    }
    let mut winners = Vec::new();
    for (number, outcome) in tasks.join_all().await {
        match outcome {
            Ok(()) => winners.push(number.to_string()),
            Err(ExecuteError::AlreadyExists { stream }) => assert_eq!(stream.as_str(), "door-7"),
            Err(error) => panic!("{error:?}"),
        }
    }
    let door = apps[1].load::<Door>(&7).await.unwrap().unwrap();
    assert_eq!(winners, [door.colour.as_str()]);
    assert_eq!(Root::version(&door), Version::new(2));
}

async fn a_command_for_nobody_is_not_found(store: impl Store) {
    let app = Pericarp::new(store);
    match app.execute(Open { door: 7 }).await {
        Err(ExecuteError::NotFound { stream }) => assert_eq!(stream.as_str(), "door-7"),
        outcome => panic!("{outcome:?}"),
    }
    assert!(app.load::<Door>(&7).await.unwrap().is_none());
    assert!(app.load::<Tally>(&7).await.unwrap().is_none());
    assert_eq!(app.store().head().await.unwrap(), Position::START);
    // One that starts from its default needs nobody to create it.
    assert_eq!(app.execute(Add { tally: 7, n: 3 }).await.unwrap(), 3);
}

async fn a_refusal_stores_nothing(store: impl Store) {
    let app = Pericarp::new(store);
    app.execute(Add { tally: 1, n: 999 }).await.unwrap();
    for _ in 0..3 {
        // The handler emits before it refuses.
        let outcome = app.execute(Add { tally: 1, n: 2 }).await;
        assert!(
            matches!(outcome, Err(ExecuteError::Refused(Refusal))),
            "{outcome:?}"
        );
    }
    assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), 1_000);
    assert_eq!(positions(app.store()).await.len(), 2);
}

/// What another writer appends to `tally-1`.
fn other(n: u64) -> Commit {
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let stream = StreamName::new("tally", 1).unwrap();
    commit
        .to(stream, Expected::Any)
        .event(&Added { n }, &Context::default())
        .unwrap();
    commit
}

async fn a_lost_race_is_decided_again(store: impl Store) {
    let app = Pericarp::new(Faulty::new(store));
    for n in [10, 20, 30] {
        app.store().plan(Fault::Overtake(other(n)));
    }
    assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), 61);
    assert!(app.store().is_done());
    assert_eq!(total(&app, 1).await, Some((61, Version::new(4))));

    // The race is lost to one after whom it is too much.
    app.store().plan(Fault::Overtake(other(939)));
    let outcome = app.execute(Add { tally: 1, n: 1 }).await;
    assert!(
        matches!(outcome, Err(ExecuteError::Refused(Refusal))),
        "{outcome:?}"
    );
    assert_eq!(total(&app, 1).await, Some((1_000, Version::new(5))));
}

async fn retries_are_bounded(store: impl Store) {
    let retry = Retry {
        attempts: 2,
        ..Retry::default()
    };
    let app = Pericarp::builder(Faulty::new(store)).retry(retry).build();
    for n in [10, 20, 30] {
        app.store().plan(Fault::Overtake(other(n)));
    }
    match app.execute(Add { tally: 1, n: 1 }).await {
        Err(ExecuteError::Save(SaveError::Append(AppendError::Conflict(conflict)))) => {
            let stream = StreamName::new("tally", 1).unwrap();
            let expected = Expected::Version(Version::new(1));
            assert_eq!(conflict, Conflict::new(stream, expected, Version::new(2)));
        }
        outcome => panic!("{outcome:?}"),
    }
    assert!(!app.store().is_done(), "the third attempt was not made");
    assert_eq!(total(&app, 1).await, Some((30, Version::new(2))));
}

async fn an_unknown_outcome_is_found_out_and_stored_once(store: impl Store) {
    let app = Pericarp::new(Faulty::new(store));
    for (fault, total_then) in [(Fault::LoseAnswer, 1), (Fault::LoseRequest, 2)] {
        app.store().plan(fault);
        assert_eq!(
            app.execute(Add { tally: 1, n: 1 }).await.unwrap(),
            total_then
        );
        assert!(app.store().is_done());
        assert_eq!(
            total(&app, 1).await,
            Some((total_then, Version::new(total_then)))
        );
    }
    // It was stored, and then another came: still its own answer, and no conflict.
    app.store().plan(Fault::LoseAnswer);
    app.store().plan(Fault::Overtake(other(100)));
    assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), 3);
    assert_eq!(total(&app, 1).await, Some((103, Version::new(4))));
    // It was not stored, and then another came: decided again.
    app.store().plan(Fault::LoseRequest);
    app.store().plan(Fault::Overtake(other(100)));
    assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), 204);
    assert_eq!(total(&app, 1).await, Some((204, Version::new(6))));
}

/// After an unknown outcome, a retry that failed for a reason of its own was reported as "nothing
/// was stored", although the first attempt had stored the commit.
async fn an_outcome_that_stays_unknown_is_reported_as_such(store: impl Store) {
    let app = Pericarp::new(Faulty::new(store));
    let second_attempts = [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer];
    for (stored, second) in (1..).zip(second_attempts) {
        app.store().plan(Fault::LoseAnswer);
        app.store().plan(second);
        match app.execute(Add { tally: 1, n: 1 }).await {
            Err(ExecuteError::Save(SaveError::Append(error))) => {
                assert!(!error.outcome_is_known(), "{error:?}");
                assert_eq!(error.code(), "append.outcome_unknown");
            }
            outcome => panic!("{outcome:?}"),
        }
        assert!(app.store().is_done());
        assert_eq!(total(&app, 1).await, Some((stored, Version::new(stored))));
    }
}

async fn a_failure_is_reported_as_it_is(store: impl Store) {
    let app = Pericarp::new(Faulty::new(store));
    app.store().plan(Fault::Refuse);
    match app.execute(Add { tally: 1, n: 1 }).await {
        Err(ExecuteError::Save(SaveError::Append(error))) => assert!(error.outcome_is_known()),
        outcome => panic!("{outcome:?}"),
    }
    app.store().plan(Fault::FailRead);
    match app.execute(Add { tally: 1, n: 1 }).await {
        Err(ExecuteError::Load(error)) => assert_eq!(error.code(), "read.failed"),
        outcome => panic!("{outcome:?}"),
    }
    assert_eq!(app.store().head().await.unwrap(), Position::START);
    assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), 1);
}

async fn an_event_that_cannot_be_serialised_stores_nothing(store: impl Store) {
    let app = Pericarp::new(store);
    match app.execute(Speak { tally: 1 }).await {
        Err(ExecuteError::Save(SaveError::Commit(CommitError::Emit { event_type, .. }))) => {
            assert_eq!(event_type.as_str(), "tally.unspeakable");
        }
        outcome => panic!("{outcome:?}"),
    }
    let mut root = Root::<Tally>::empty(1);
    root.emit(Unspeakable {
        map: BTreeMap::from([((1, 2), 3)]),
    });
    assert_eq!(root.total, 0, "it is not applied");
    root.emit(Added { n: 5 });
    let outcome = app.repository().save(&mut root).await;
    assert!(
        matches!(outcome, Err(SaveError::Commit(CommitError::Emit { .. }))),
        "{outcome:?}"
    );
    assert_eq!(app.store().head().await.unwrap(), Position::START);
}

async fn a_unit_of_work_is_stored_whole_or_not_at_all(store: impl Store) {
    let app = Pericarp::new(store);
    app.execute(Add { tally: 1, n: 10 }).await.unwrap();
    app.execute(Hang {
        door: 2,
        colour: "red".into(),
    })
    .await
    .unwrap();
    let mut tally = app.load::<Tally>(&1).await.unwrap().unwrap();
    let mut door = app.load::<Door>(&2).await.unwrap().unwrap();
    app.execute(Open { door: 2 }).await.unwrap();
    let before = positions(app.store()).await;

    tally.emit(Added { n: 1 });
    tally.emit(Added { n: 2 });
    door.emit(Opened);
    let mut work = app.unit_of_work();
    work.add(&mut tally).add(&mut door);
    match work.commit().await {
        Err(SaveError::Append(AppendError::Conflict(conflict))) => {
            assert_eq!(conflict.stream.as_str(), "door-2");
        }
        outcome => panic!("{outcome:?}"),
    }
    assert_eq!(positions(app.store()).await, before, "nothing is stored");
    assert_eq!(
        (Root::uncommitted(&tally), Root::uncommitted(&door)),
        (2, 1),
        "they keep theirs"
    );
    assert_eq!(tally.total, 13);

    let mut door = app.load::<Door>(&2).await.unwrap().unwrap();
    door.emit(Opened);
    let mut work = app.unit_of_work();
    work.add(&mut tally).add(&mut door);
    let committed = work.commit().await.unwrap();
    assert_eq!(committed.streams.len(), 2);
    assert_eq!(
        (Root::uncommitted(&tally), Root::uncommitted(&door)),
        (0, 0)
    );
    assert_eq!(total(&app, 1).await, Some((13, Version::new(3))));
    assert_eq!(app.load::<Door>(&2).await.unwrap().unwrap().opened, 3);
}

/// Remembers what it is told; fails if it is told to.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<(String, u64)>>,
    fails: bool,
}

impl Dispatch for Listener {
    async fn dispatch(&self, events: &Page) -> Result<(), StoreFault> {
        let heard = events
            .events()
            .map(|event| (event.stream.into(), event.version.get()));
        self.heard.lock().unwrap().extend(heard);
        if self.fails {
            Err("nobody at home".into())
        } else {
            Ok(())
        }
    }
}

async fn a_failed_dispatch_is_reported_with_what_is_stored(store: impl Store) {
    let app = Pericarp::new(Faulty::new(store));
    let mut tally = Root::<Tally>::empty(1);
    let emit = |tally: &mut Root<Tally>| {
        tally.emit(Added { n: 1 });
        tally.emit(Added { n: 2 });
    };
    // Told once it is stored.
    let listener = Listener::default();
    emit(&mut tally);
    let mut work = app.unit_of_work();
    work.add(&mut tally);
    work.commit_and_dispatch(&listener).await.unwrap();
    let told = [("tally-1".to_owned(), 1), ("tally-1".to_owned(), 2)];
    assert_eq!(*listener.heard.lock().unwrap(), told);

    // Not told of what is not stored, or of nothing.
    emit(&mut tally);
    app.store().plan(Fault::Refuse);
    let mut work = app.unit_of_work();
    work.add(&mut tally);
    let outcome = work.commit_and_dispatch(&listener).await;
    let Err(error @ UnitOfWorkError::Save(_)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(error.committed(), None);
    app.unit_of_work()
        .commit_and_dispatch(&listener)
        .await
        .unwrap();
    assert_eq!(listener.heard.lock().unwrap().len(), 2);

    // Stored, and the dispatcher fails.
    let failing = Listener {
        fails: true,
        ..Listener::default()
    };
    let mut work = app.unit_of_work();
    work.add(&mut tally);
    match work.commit_and_dispatch(&failing).await {
        Err(UnitOfWorkError::Dispatch {
            committed,
            events,
            source,
        }) => {
            assert_eq!(events.len(), 2);
            assert_eq!(events.first().unwrap().id, committed.id.get());
            assert_eq!(source.to_string(), "nobody at home");
        }
        outcome => panic!("{outcome:?}"),
    }
    assert_eq!(Root::uncommitted(&tally), 0, "they are stored");

    // Stored, and cannot be read back.
    emit(&mut tally);
    app.store().plan(Fault::FailRead);
    let mut work = app.unit_of_work();
    work.add(&mut tally);
    match work.commit_and_dispatch(&listener).await {
        Err(error @ UnitOfWorkError::ReadBack { .. }) => {
            let last = error.committed().map(|committed| committed.last);
            assert_eq!(Some(app.store().head().await.unwrap()), last);
        }
        outcome => panic!("{outcome:?}"),
    }
    assert_eq!(total(&app, 1).await, Some((9, Version::new(6))));
}

async fn a_commit_id_makes_a_unit_of_work_idempotent(store: impl Store) {
    let app = Pericarp::new(Faulty::new(store));
    let id = app.next_commit_id();
    let mut tally = Root::<Tally>::empty(1);
    tally.emit(Added { n: 1 });
    app.store().plan(Fault::LoseAnswer);
    let mut work = app.unit_of_work();
    work.with_id(id).add(&mut tally);
    let outcome = work.commit().await;
    assert!(
        matches!(outcome, Err(SaveError::Append(AppendError::OutcomeUnknown { id: unknown, .. })) if unknown == id),
        "{outcome:?}"
    );
    assert_eq!(Root::uncommitted(&tally), 1);
    let mut work = app.unit_of_work();
    work.with_id(id).add(&mut tally);
    let committed = work.commit().await.unwrap();
    assert_eq!((committed.id, committed.last), (id, Position::new(1)));
    assert_eq!(total(&app, 1).await, Some((1, Version::new(1))));
}

async fn many_are_loaded_in_order_with_few_reads(store: impl Store) {
    let app = Pericarp::new(Counting::new(store));
    for tally in 0..100 {
        app.execute(Add { tally, n: tally }).await.unwrap();
        if tally % 3 == 0 {
            app.execute(Add { tally, n: 1 }).await.unwrap();
        }
    }
    app.store().take();
    let ids: Vec<u64> = (0..100).rev().collect();
    let roots = app.load_many::<Tally>(&ids).await.unwrap();
    let (appends, reads) = app.store().take();
    assert!(appends == 0 && reads <= 2, "{reads} reads");
    for (id, root) in ids.iter().zip(&roots) {
        let root = root.as_ref().unwrap();
        let again = u64::from(id % 3 == 0);
        assert_eq!((Root::id(root), root.total), (id, id + again));
        assert_eq!(Root::version(root), Version::new(1 + again));
    }
    // Some twice, some unknown: each in its place.
    let ids = [5, 1_000, 5, 0, 2_000, 0];
    let roots = app.repository::<Tally>().load_many(&ids).await.unwrap();
    let totals: Vec<_> = roots
        .iter()
        .map(|root| root.as_ref().map(|root| root.total))
        .collect();
    assert_eq!(totals, [Some(5), None, Some(5), Some(1), None, Some(1)]);
    assert!(app.load_many::<Tally>(&[]).await.unwrap().is_empty());
}

async fn a_thousand_events_are_one_append(store: impl Store) {
    let app = Pericarp::new(Counting::new(store));
    let mut tally = Root::<Tally>::empty(1);
    for _ in 0..1_000 {
        tally.emit(Added { n: 1 });
    }
    app.repository().save(&mut tally).await.unwrap();
    assert_eq!(app.store().take(), (1, 0));
    assert_eq!(total(&app, 1).await, Some((1_000, Version::new(1_000))));
}

async fn a_long_stream_is_folded_whole(store: impl Store) {
    let app = Pericarp::new(store);
    let mut tally = Root::<Tally>::empty(1);
    for round in 1..=10_u64 {
        for _ in 0..1_000 {
            tally.emit(Added { n: 1 });
        }
        app.repository().save(&mut tally).await.unwrap();
        assert_eq!(
            total(&app, 1).await,
            Some((round * 1_000, Version::new(round * 1_000)))
        );
    }
}

async fn context_and_answer_come_through(store: impl Store) {
    let app = Pericarp::new(store);
    let metadata = Metadata {
        user_id: Some("ann".into()),
        correlation_id: Some("'; DROP TABLE pericarp_events; --".into()),
        ..Metadata::default()
    };
    let context = Context::new(Timestamp::from_micros(42)).with_metadata(&metadata);
    let done = app
        .execute_with(&context, Add { tally: 1, n: 3 })
        .await
        .unwrap();
    let committed = done.committed.unwrap();
    assert_eq!(done.answer, 3);
    let mut pages = app.store().pages(ReadLog::all());
    let page = pages.next().await.unwrap().unwrap();
    let event = page.first().unwrap();
    assert_eq!(
        (event.id, event.position),
        (committed.id.get(), committed.last)
    );
    assert_eq!(event.occurred_at, Timestamp::from_micros(42));
    assert_eq!(event.parse_metadata().unwrap(), metadata);
}

async fn a_saved_root_can_be_saved_again(store: impl Store) {
    let app = Pericarp::new(Arc::new(store));
    app.store()
        .append(commit_to("other", Expected::Any, 3))
        .await
        .unwrap();
    let tallies = app.repository::<Tally>();
    let mut tally = Root::empty(1);
    assert!(tallies.save(&mut tally).await.unwrap().is_empty());
    for round in 1..=3_u64 {
        tally.emit(Added { n: 1 });
        let committed = tallies.save(&mut tally).await.unwrap();
        assert_eq!(committed.last, Position::new(3 + round));
    }
    let read = ReadStream::new(StreamName::new("tally", 1).unwrap());
    let mut pages = app.store().pages(read);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 3);
}
