//! Who drives the writer, and what it decides without asking.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use pericarp::store::{AppendError, BulkStore, Positions, PostgresStore, Store, WhenFull};
use pericarp::{Clock, Commit, Committed, Expected, Position, Timestamp, Version};
use pericarp_tests::postgres::Server;
use pericarp_tests::proxy::When;
use pericarp_tests::{commit_to, positions};
use sqlx::Executor;
use tokio::runtime::{Builder, Runtime};

use super::ends::far_away;
use super::setting::{Setting, open, options, within};

async fn append(store: &PostgresStore, expected: Expected) -> Result<Committed, AppendError> {
    store.append(commit_to("a", expected, 1)).await
}

/// A store whose writer knows that it is alone, and the stream of [`append`] with two events.
async fn knowing(store: PostgresStore) -> PostgresStore {
    append(&store, Expected::NoStream).await.unwrap();
    append(&store, Expected::Any).await.unwrap();
    store
}

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

async fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(std::pin::Pin::new(&mut *future).poll(context))).await
}

/// A store, and an append that is in the middle of its turn and polled by nobody.
struct Forgotten<F> {
    setting: Setting,
    store: PostgresStore,
    append: Pin<Box<F>>,
}

async fn forgotten() -> Forgotten<impl Future<Output = Result<Committed, AppendError>>> {
    let setting = Setting::new().await;
    let store = setting.open(|options| options.listen(false).queue(2, WhenFull::Wait));
    let store = knowing(store.await).await;
    let held = setting.proxy.hold_before(When::sql("INSERT INTO"));
    let mut append = Box::pin({
        let store = store.clone();
        async move { append(&store, Expected::Any).await }
    });
    tokio::select! {
        _ = &mut append => panic!("it is held"),
        () = held.struck() => {}
    }
    Forgotten {
        setting,
        store,
        append,
    }
}

/// Whoever takes a turn of the writer need not be polled again for others to get on.
#[tokio::test]
async fn an_append_that_nobody_polls_holds_nobody_up() {
    let forgotten = forgotten().await;
    forgotten.setting.proxy.release();
    let second = within("the second", append(&forgotten.store, Expected::Any)).await;
    let first = within("the first", forgotten.append).await;
    let versions = [first, second].map(|outcome| outcome.unwrap().streams[0].last.get());
    assert_eq!(versions, [3, 4]);
}

/// Nor do those who wait for a place in the queue: it is nobody's until he looks.
#[tokio::test]
async fn appends_that_wait_for_a_place_and_are_not_polled_hold_nobody_up() {
    let forgotten = forgotten().await;
    let store = &forgotten.store;
    let mut waiting: Vec<_> = (0..7)
        .map(|_| Box::pin(append(store, Expected::Any)))
        .collect();
    for append in &mut waiting {
        assert!(poll_once(append).await.is_pending());
    }
    forgotten.setting.proxy.release();
    within("it overtakes them", append(store, Expected::Any))
        .await
        .unwrap();
    for append in waiting {
        within("its answer", append).await.unwrap();
    }
    within("the first", forgotten.append).await.unwrap();
    assert_eq!(positions(store).await.len(), 11);
}

/// And a store is closed although one who appends is not polled.
#[tokio::test]
async fn an_append_that_nobody_polls_does_not_keep_a_store_open() {
    let forgotten = forgotten().await;
    forgotten.setting.proxy.release();
    within("it closes", forgotten.store.close()).await;
    let committed = within("its answer", forgotten.append).await.unwrap();
    assert_eq!(committed.streams[0].last, Version::new(3));
    assert!(matches!(
        append(&forgotten.store, Expected::Any).await,
        Err(AppendError::Closed)
    ));
}

/// Whoever gives up in the middle of his turn leaves it to a task.
#[tokio::test]
async fn a_turn_goes_on_without_the_one_who_began_it() {
    let setting = Setting::new().await;
    let store = knowing(setting.open(|options| options.listen(false)).await).await;
    let held = setting.proxy.hold_before(When::sql("INSERT INTO"));
    let commit = commit_to("a", Expected::Any, 1);
    let mut begun = Box::pin(store.append(commit.clone()));
    tokio::select! {
        _ = &mut begun => panic!("it is held"),
        () = held.struck() => drop(begun),
    }
    setting.proxy.release();
    let next = within("the next", append(&store, Expected::Any)).await;
    assert_eq!(next.unwrap().streams[0].last, Version::new(4));
    let again = store.append(commit).await.unwrap();
    assert_eq!(again.streams[0].last, Version::new(3));
}

/// The connection and its timers belong to the runtime of the store, wherever somebody appends.
#[test]
fn appends_are_made_where_there_is_no_runtime() {
    let runtime = runtime();
    let (database, store) = runtime.block_on(async {
        let database = Server::shared().database().await;
        let store = open(options(database.url())).await;
        (database, store)
    });
    for version in 1..5 {
        let committed = futures::executor::block_on(append(&store, Expected::Any)).unwrap();
        assert_eq!(committed.streams[0].last, Version::new(version));
    }
    runtime.block_on(store.close());
    drop(runtime);
    drop(database);
}

/// So are imports, and whoever waits for events; and nothing of the store stays behind where they were.
#[test]
fn imports_and_waiting_readers_belong_to_no_runtime_but_that_of_the_store() {
    let of_the_store = runtime();
    let (database, store) = of_the_store.block_on(async {
        let database = Server::shared().database().await;
        let store = open(options(database.url())).await;
        (database, store)
    });
    let import = |position| store.append_recorded(far_away(position), Positions::Keep);
    futures::executor::block_on(import(10)).unwrap();
    let passing = runtime();
    passing.block_on(import(20)).unwrap();
    let waited = passing.block_on(store.wait_past(Position::new(10)));
    assert_eq!(waited.unwrap(), Position::new(20));
    drop(passing);
    of_the_store.block_on(import(30)).unwrap();
    of_the_store.block_on(async {
        let other = open(options(database.url())).await;
        let news = store.wait_past(Position::new(30));
        let append = append(&other, Expected::Any);
        let (heard, appended) = tokio::join!(within("it hears of it", news), append);
        assert_eq!(heard.unwrap(), appended.unwrap().last);
    });
}

/// When the runtime of the store is gone, an append says so.
#[test]
fn appends_end_with_the_runtime_of_the_store() {
    let runtime = runtime();
    let store = runtime.block_on(async {
        let database = Server::shared().database().await;
        knowing(open(options(database.url())).await).await
    });
    drop(runtime);
    let outcome = futures::executor::block_on(append(&store, Expected::Any));
    assert!(matches!(outcome, Err(AppendError::Closed)), "{outcome:?}");
}

/// What a writer knows is what nobody else has changed.
#[tokio::test]
async fn two_who_take_turns_see_each_other() {
    let database = Server::shared().database().await;
    let one = knowing(open(options(database.url())).await).await;
    let other = open(options(database.url())).await;
    append(&one, Expected::Version(Version::new(2)))
        .await
        .unwrap();
    append(&other, Expected::Version(Version::new(3)))
        .await
        .unwrap();
    let stale = append(&one, Expected::Version(Version::new(3))).await;
    let Err(AppendError::Conflict(conflict)) = stale else {
        panic!("{stale:?}");
    };
    assert_eq!(conflict.actual, Version::new(4));
    for round in 0..20 {
        let store = if round % 3 == 0 { &one } else { &other };
        let committed = append(store, Expected::Version(Version::new(round + 4))).await;
        assert_eq!(committed.unwrap().streams[0].last, Version::new(round + 5));
    }
    let places: Vec<u64> = positions(&one)
        .await
        .iter()
        .map(|(place, _)| *place)
        .collect();
    assert_eq!(places, (1..=24).collect::<Vec<_>>());
}

/// An append in a transaction of the user's moves the end, or does not.
#[tokio::test]
async fn a_writer_notices_what_is_appended_in_transactions() {
    let database = Server::shared().database().await;
    let store = knowing(open(options(database.url())).await).await;
    let mut connection = database.connect().await;
    for end in ["ROLLBACK", "COMMIT"] {
        append(&store, Expected::Any).await.unwrap();
        for sql in ["BEGIN", end] {
            if sql == end {
                let commit = commit_to("a", Expected::Any, 1);
                store.append_in(&mut connection, &commit).await.unwrap();
            }
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        }
    }
    let committed = append(&store, Expected::Any).await.unwrap();
    assert_eq!(committed.streams[0].last, Version::new(6));
    assert_eq!(committed.last.get(), 6);
}

/// A commit that is stored gets its first answer, although its stream has moved on.
#[tokio::test]
async fn a_commit_that_is_known_is_no_conflict() {
    let database = Server::shared().database().await;
    let store = knowing(open(options(database.url())).await).await;
    let commit: Commit = commit_to("a", Expected::Version(Version::new(2)), 2);
    let first = store.append(commit.clone()).await.unwrap();
    append(&store, Expected::Any).await.unwrap();
    assert_eq!(store.append(commit.clone()).await.unwrap(), first);

    // And if it expects nothing, so that only its ids tell.
    let commit = commit_to("a", Expected::Any, 2);
    let first = store.append(commit.clone()).await.unwrap();
    append(&store, Expected::Any).await.unwrap();
    assert_eq!(store.append(commit).await.unwrap(), first);
    assert_eq!(positions(&store).await.len(), 8);
}

/// A conflict costs the others nothing: it is the one that the server is asked about.
#[tokio::test]
async fn those_who_share_a_batch_with_a_conflict_are_stored_without_a_question() {
    let setting = Setting::new().await;
    let store = knowing(setting.open(|options| options.listen(false)).await).await;
    let held = setting.proxy.hold_before(When::sql("INSERT INTO"));
    let first = tokio::spawn({
        let store = store.clone();
        async move { append(&store, Expected::Any).await }
    });
    held.struck().await;
    let mut rest: Vec<_> = (0..8)
        .map(|number| {
            let expected = match number {
                3 => Expected::NoStream,
                _ => Expected::Any,
            };
            Box::pin(append(&store, expected))
        })
        .collect();
    for append in &mut rest {
        assert!(poll_once(append).await.is_pending());
    }
    setting.proxy.reset();
    setting.proxy.release();
    first.await.unwrap().unwrap();
    for (number, append) in rest.into_iter().enumerate() {
        let outcome = within("its answer", append).await;
        assert_eq!(outcome.is_ok(), number != 3, "{outcome:?}");
    }
    let counts = setting.proxy.counts();
    assert_eq!(counts.statements(), 2, "{counts:?}");
    assert_eq!(positions(&store).await.len(), 10);
}

/// What was stored before the rest of its batch failed was said not to be stored.
#[tokio::test]
async fn whoever_is_stored_hears_it_although_the_rest_of_the_batch_fails() {
    let setting = Setting::new().await;
    let brief = Some(Duration::from_millis(700));
    let store = setting.open(|options| options.listen(false).query_timeout(brief));
    let store = knowing(store.await).await;
    let held = setting.proxy.hold_before(When::sql("INSERT INTO"));
    let first = tokio::spawn({
        let store = store.clone();
        async move { append(&store, Expected::Any).await }
    });
    held.struck().await;
    let mut good = Box::pin(append(&store, Expected::Any));
    let mut undecided = Box::pin(append(&store, Expected::NoStream));
    assert!(poll_once(&mut good).await.is_pending());
    assert!(poll_once(&mut undecided).await.is_pending());
    let deciding = setting.proxy.hold_before(When::sql("pericarp_append("));
    setting.proxy.release();
    first.await.unwrap().unwrap();
    deciding.struck().await;
    let mut holder = setting.database.connect().await;
    let lock = "BEGIN; SELECT pericarp_lock()";
    holder.execute(lock).await.unwrap();
    setting.proxy.release();
    let committed = within("its answer", good).await.unwrap();
    assert_eq!(committed.streams[0].last, Version::new(4));
    let error = within("its answer", undecided).await.unwrap_err();
    assert_eq!(error.code(), "append.failed", "{error}");
    holder.execute("ROLLBACK").await.unwrap();
    assert_eq!(positions(&store).await.len(), 4);
}

/// And so was what the server had decided on, if a repetition beside it could not be looked up; that
/// one is in the log for sure.
#[tokio::test]
async fn whoever_is_stored_hears_it_although_a_repetition_cannot_be_looked_up() {
    let setting = Setting::new().await;
    let brief = Some(Duration::from_millis(700));
    let store = setting.open(|options| options.listen(false).query_timeout(brief));
    let store = store.await;
    let old = commit_to("old", Expected::NoStream, 1);
    store.append(old.clone()).await.unwrap();
    let held = setting.proxy.hold_before(When::sql("pericarp_append("));
    let first = tokio::spawn({
        let store = store.clone();
        async move { store.append(commit_to("z", Expected::Any, 1)).await }
    });
    held.struck().await;
    let mut good = Box::pin(store.append(commit_to("new", Expected::NoStream, 1)));
    let mut again = Box::pin(store.append(old));
    assert!(poll_once(&mut good).await.is_pending());
    assert!(poll_once(&mut again).await.is_pending());
    let decided = setting.proxy.hold_after(When::sql("pericarp_append("));
    setting.proxy.release();
    first.await.unwrap().unwrap();
    decided.struck().await;
    let mut holder = setting.database.connect().await;
    let lock = "BEGIN; LOCK TABLE pericarp_streams IN ACCESS EXCLUSIVE MODE";
    holder.execute(lock).await.unwrap();
    setting.proxy.release();
    within("its answer", good).await.unwrap();
    let error = within("its answer", again).await.unwrap_err();
    assert_eq!(error.code(), "append.outcome_unknown", "{error}");
    holder.execute("ROLLBACK").await.unwrap();
    assert_eq!(positions(&store).await.len(), 3);
}

/// Timers panic when their runtime ends, and took the one with them who had his turn.
#[test]
fn a_runtime_that_ends_in_a_turn_leaves_its_outcome_unknown() {
    let of_the_test = runtime();
    let setting = of_the_test.block_on(Setting::new());
    let of_the_store = runtime();
    let store = of_the_store.block_on(async {
        let store = setting.open(|options| options.listen(false)).await;
        knowing(store).await
    });
    let held = setting.proxy.hold_before(When::sql("INSERT INTO"));
    let appending =
        std::thread::spawn(move || futures::executor::block_on(append(&store, Expected::Any)));
    of_the_test.block_on(held.struck());
    of_the_store.shutdown_background();
    let outcome = appending.join().unwrap();
    let unknown = matches!(outcome, Err(AppendError::OutcomeUnknown { .. }));
    assert!(unknown, "{outcome:?}");
}

/// Panics when it is told to.
struct Panicking(Arc<AtomicBool>);

impl Clock for Panicking {
    fn now(&self) -> Timestamp {
        assert!(!self.0.load(Ordering::SeqCst), "as it was told to");
        Timestamp::EPOCH
    }
}

/// A clock that panics ends the writer, and takes nobody else with it.
#[tokio::test]
async fn a_writer_that_panics_leaves_an_outcome_unknown() {
    let database = Server::shared().database().await;
    let panics = Arc::new(AtomicBool::new(false));
    let clock = Panicking(panics.clone());
    let store = knowing(open(options(database.url()).clock(clock)).await).await;
    panics.store(true, Ordering::SeqCst);
    let outcome = within("its answer", append(&store, Expected::Any)).await;
    let unknown = matches!(outcome, Err(AppendError::OutcomeUnknown { .. }));
    assert!(unknown, "{outcome:?}");
    let outcome = within("its answer", append(&store, Expected::Any)).await;
    assert!(matches!(outcome, Err(AppendError::Closed)), "{outcome:?}");
    within("it closes", store.close()).await;
}

/// Nor does one who waits for a place in the queue.
#[tokio::test]
async fn whoever_waits_for_a_place_and_is_not_polled_does_not_keep_a_store_open() {
    let setting = Setting::new().await;
    let store = setting.open(|options| options.listen(false).queue(1, WhenFull::Wait));
    let store = knowing(store.await).await;
    let held = setting.proxy.hold_before(When::sql("INSERT INTO"));
    let mut first = Box::pin(append(&store, Expected::Any));
    tokio::select! {
        _ = &mut first => panic!("it is held"),
        () = held.struck() => {}
    }
    let mut second = Box::pin(append(&store, Expected::Any));
    let mut waiting = Box::pin(append(&store, Expected::Any));
    assert!(poll_once(&mut second).await.is_pending());
    assert!(poll_once(&mut waiting).await.is_pending());
    setting.proxy.release();
    within("its answer", first).await.unwrap();
    within("its answer", second).await.unwrap();
    within("it closes", store.close()).await;
    let outcome = within("its answer", waiting).await;
    assert!(outcome.is_err(), "{outcome:?}");
}
