//! Who drives the writer, and what it decides without asking.

use std::future::{Future, poll_fn};
use std::task::Poll;

use pericarp::store::{AppendError, PostgresStore, Store};
use pericarp::{Commit, Committed, Expected, Version};
use pericarp_tests::postgres::Server;
use pericarp_tests::proxy::When;
use pericarp_tests::{commit_to, positions};

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

async fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(std::pin::Pin::new(&mut *future).poll(context))).await
}

/// Whoever takes a turn of the writer need not be polled again for others to get on.
#[tokio::test]
async fn an_append_that_nobody_polls_holds_nobody_up() {
    let database = Server::shared().database().await;
    let store = knowing(open(options(database.url())).await).await;
    let mut forgotten = Box::pin(append(&store, Expected::Any));
    assert!(poll_once(&mut forgotten).await.is_pending());
    let second = within("the second", append(&store, Expected::Any)).await;
    let first = within("the first", forgotten).await;
    let versions = [first, second].map(|outcome| outcome.unwrap().streams[0].last.get());
    assert_eq!(versions, [3, 4]);
}

/// And a store is closed although one who appends is not polled.
#[tokio::test]
async fn an_append_that_nobody_polls_does_not_keep_a_store_open() {
    let database = Server::shared().database().await;
    let store = knowing(open(options(database.url())).await).await;
    let mut forgotten = Box::pin(append(&store, Expected::Any));
    assert!(poll_once(&mut forgotten).await.is_pending());
    within("it closes", store.close()).await;
    let committed = within("its answer", forgotten).await.unwrap();
    assert_eq!(committed.streams[0].last, Version::new(3));
    assert!(matches!(
        append(&store, Expected::Any).await,
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
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
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

/// When the runtime of the store is gone, an append says so.
#[test]
fn appends_end_with_the_runtime_of_the_store() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
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
