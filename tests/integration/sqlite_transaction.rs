//! Appends in transactions of the user's own, on SQLite.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::str::FromStr;
use std::task::Poll;
use std::time::Duration;

use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{AppendError, ReadLog, SqliteStore, Store};
use pericarp::{Commit, CommitId, Expected, Ids, Position, RandomIds, StreamName, Version};
use pericarp_tests::{chain, commit_of, commit_to, positions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::conformance_sqlite::LogFile;

const IMMEDIATE: &str = "BEGIN IMMEDIATE";

/// A store, and a pool of sqlx connections on the same file with a table of its own.
async fn shop(log: &LogFile) -> (SqliteStore, SqlitePool) {
    let store = SqliteStore::open(log.path()).await.unwrap();
    let pool = pool(log, Duration::from_secs(20)).await;
    sqlx::query("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        .execute(&pool)
        .await
        .unwrap();
    (store, pool)
}

async fn pool(log: &LogFile, busy_timeout: Duration) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(log.path())
        .busy_timeout(busy_timeout);
    let pool = SqlitePoolOptions::new().max_connections(4);
    pool.connect_with(options).await.unwrap()
}

async fn order(connection: &mut sqlx::SqliteConnection) {
    sqlx::query("INSERT INTO orders DEFAULT VALUES")
        .execute(connection)
        .await
        .unwrap();
}

async fn orders(pool: &SqlitePool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM orders")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_commit_leaves_both_and_a_rollback_neither() {
    let log = LogFile::new();
    let (store, pool) = shop(&log).await;
    for (round, commits) in [(0, false), (1, true), (2, false), (3, true)] {
        let before = store.head().await.unwrap();
        let mut transaction = pool.begin_with(IMMEDIATE).await.unwrap();
        order(&mut transaction).await;
        let commit = commit_to("a", Expected::Version(Version::new(round / 2 * 2)), 2);
        let committed = store.append_in(&mut transaction, &commit).await.unwrap();
        assert_eq!(committed.first, before.next());
        assert_eq!(
            store.head().await.unwrap(),
            before,
            "nobody sees it before its commit"
        );
        if commits {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        let expected = if commits { committed.last } else { before };
        assert_eq!(store.head().await.unwrap(), expected);
        assert_eq!(orders(&pool).await * 2, expected.get() as i64);
    }
}

/// What another client had tampered with was compared as something else.
#[tokio::test]
async fn an_event_that_cannot_be_read_is_an_error() {
    let log = LogFile::new();
    let (store, pool) = shop(&log).await;
    let commit = commit_to("a", Expected::Any, 1);
    store.append(commit.clone()).await.unwrap();
    sqlx::raw_sql(
        "DROP TRIGGER pericarp_events_no_update;
         UPDATE pericarp_events SET schema_version = schema_version + 4294967296",
    )
    .execute(&pool)
    .await
    .unwrap();
    let mut transaction = pool.begin_with(IMMEDIATE).await.unwrap();
    let in_transaction = store.append_in(&mut transaction, &commit).await;
    drop(transaction);
    for outcome in [in_transaction, store.append(commit).await] {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), "append.failed");
        assert!(chain(&error).contains("schema version"), "{error:?}");
    }
}

/// The same commits through both ways give the same answers and the same rows.
#[tokio::test]
async fn it_gives_the_verdicts_of_append() {
    let (one, other) = (LogFile::new(), LogFile::new());
    let ((store, pool), (plain, _)) = (shop(&one).await, shop(&other).await);
    let a = |key: &str| StreamName::new("test", key).unwrap();
    let repeated = commit_of("a", Expected::NoStream, 3, r#"{"n":1}"#);
    let mut several = commit_to("b", Expected::NoStream, 2);
    several.to(a("a"), Expected::Version(Version::new(3)));
    several.to(a("new"), Expected::NoStream);
    let mut half = commit_to("half", Expected::Any, 2);
    half.to(a("a"), Expected::NoStream);
    let taken = commit_to("c", Expected::Any, 1);
    let mut other_content = Commit::new(repeated.id());
    other_content
        .to(a("c"), Expected::Any)
        .raw(pericarp::NewEvent {
            id: None,
            ..taken.event(0).unwrap()
        })
        .unwrap();
    let mut known_event = commit_to("c", Expected::Any, 1);
    let event = pericarp::NewEvent {
        id: Some(repeated.id().event_id(1)),
        ..taken.event(0).unwrap()
    };
    known_event.to(a("c"), Expected::Any).raw(event).unwrap();
    let mut checks = Commit::new(CommitId::new(RandomIds.next()));
    checks.to(a("a"), Expected::Version(Version::new(3)));
    let commits = [
        repeated.clone(),
        repeated,
        commit_to("a", Expected::NoStream, 1),
        commit_to("missing", Expected::Exists, 1),
        several.clone(),
        several,
        half,
        other_content,
        known_event,
        checks,
        Commit::new(CommitId::new(taken.id().get())),
        commit_to("a", Expected::Any, 1_001),
        commit_to("a", Expected::Version(Version::new(3)), 1_000),
    ];
    let mut verdicts = Vec::new();
    for commit in commits {
        let mut transaction = pool.begin_with(IMMEDIATE).await.unwrap();
        let verdict = store.append_in(&mut transaction, &commit).await;
        // Whatever the verdict, the transaction goes on.
        order(&mut transaction).await;
        transaction.commit().await.unwrap();
        let expected = plain.append(commit).await;
        let told = |verdict: &Result<pericarp::Committed, AppendError>| match verdict {
            Ok(c) => format!("{:?} {}..={} {:?}", c.id, c.first, c.last, c.streams),
            Err(error) => format!("{} {error}", error.code()),
        };
        assert_eq!(told(&verdict), told(&expected));
        verdicts.push(verdict.is_ok());
    }
    assert_eq!(orders(&pool).await, verdicts.len() as i64);
    assert_eq!(positions(&store).await, positions(&plain).await);
    assert!(verdicts.contains(&true) && verdicts.contains(&false));
}

#[tokio::test]
async fn a_connection_that_is_not_fit_is_told_what_to_write() {
    let log = LogFile::new();
    let (store, pool) = shop(&log).await;
    let commit = commit_to("a", Expected::Any, 1);

    let mut connection = pool.acquire().await.unwrap();
    let none = store.append_in(&mut connection, &commit).await.unwrap_err();
    assert_eq!(none.code(), "append.no_transaction");
    assert!(
        none.to_string()
            .contains(r#"begin_with("BEGIN IMMEDIATE")"#)
    );

    // It has read, and somebody else has written since.
    let mut deferred = pool.begin().await.unwrap();
    sqlx::query("SELECT * FROM orders")
        .fetch_all(&mut *deferred)
        .await
        .unwrap();
    store
        .append(commit_to("b", Expected::Any, 1))
        .await
        .unwrap();
    let stale = store.append_in(&mut deferred, &commit).await.unwrap_err();
    assert_eq!(stale.code(), "append.read_transaction");
    assert!(
        stale
            .to_string()
            .contains(r#"begin_with("BEGIN IMMEDIATE")"#)
    );
    drop(deferred);

    let elsewhere = LogFile::new();
    let (_other, other_pool) = shop(&elsewhere).await;
    let memory = SqliteConnectOptions::from_str("sqlite::memory:").unwrap();
    let memory = SqlitePool::connect_with(memory).await.unwrap();
    for wrong in [other_pool, memory] {
        let mut transaction = wrong.begin_with(IMMEDIATE).await.unwrap();
        let error = store
            .append_in(&mut transaction, &commit)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "append.other_database", "{error}");
        assert!(
            error
                .to_string()
                .contains(&log.path().display().to_string())
        );
    }

    // One that writes by itself, and nobody was in its way.
    let mut deferred = pool.begin().await.unwrap();
    order(&mut deferred).await;
    store.append_in(&mut deferred, &commit).await.unwrap();
    deferred.commit().await.unwrap();
    assert_eq!(store.head().await.unwrap(), Position::new(2));

    store.close().await;
    let mut transaction = pool.begin_with(IMMEDIATE).await.unwrap();
    let closed = store
        .append_in(&mut transaction, &commit_to("a", Expected::Any, 1))
        .await;
    assert!(matches!(closed, Err(AppendError::Closed)));
}

/// Law 20 and 21: several appends in one transaction, which did other writes first, beside the
/// store's own writer. The order of positions is the order of commits, and a reader misses nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_takes_turns_with_the_writer_of_the_store() {
    const ROUNDS: usize = 25;
    let log = LogFile::new();
    let (store, pool) = shop(&log).await;
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..3 {
        let (store, pool) = (store.clone(), pool.clone());
        tasks.spawn(async move {
            for _ in 0..ROUNDS {
                let mut transaction = pool.begin_with(IMMEDIATE).await.unwrap();
                order(&mut transaction).await;
                let own = commit_to(&format!("own-{task}"), Expected::Any, 2);
                let first = store.append_in(&mut transaction, &own).await.unwrap();
                tokio::task::yield_now().await;
                let shared = commit_to("shared", Expected::Any, 1);
                let second = store.append_in(&mut transaction, &shared).await.unwrap();
                assert_eq!(second.first, first.last.next(), "nobody comes between");
                transaction.commit().await.unwrap();
                store.announce(&second);
            }
        });
        let store = store_of(task, &log).await;
        tasks.spawn(async move {
            for _ in 0..ROUNDS {
                let commit = commit_to("shared", Expected::Any, 1);
                store.append(commit).await.unwrap();
            }
        });
    }
    let reader = tokio::spawn({
        let store = store.clone();
        async move {
            let (mut seen, mut cursor) = (Vec::new(), Position::START);
            while seen.len() < 3 * ROUNDS * 4 {
                store.wait_past(cursor).await.unwrap();
                let mut pages = store.pages(ReadLog::all().after(cursor));
                while let Some(page) = pages.next().await.unwrap() {
                    for event in page.events() {
                        seen.push((event.position.get(), event.id));
                        cursor = event.position;
                    }
                }
            }
            seen
        }
    });
    tasks.join_all().await;
    assert_eq!(reader.await.unwrap(), positions(&store).await);
    assert_eq!(orders(&pool).await, 3 * ROUNDS as i64);
    let shared = StreamName::new("test", "shared").unwrap();
    let version = store.stream_version(&shared).await.unwrap();
    assert_eq!(version, Version::new(3 * ROUNDS as u64 * 2));
}

/// A store of its own for one of several tasks.
async fn store_of(task: usize, log: &LogFile) -> SqliteStore {
    let options =
        SqliteOptions::new(log.path()).busy_timeout(Duration::from_secs(20 + task as u64));
    SqliteStore::open_with(options).await.unwrap()
}

/// Polls a future so often and drops it; says whether it was ready by then.
async fn poll_and_drop<T>(future: impl Future<Output = T>, polls: usize) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        if poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

#[tokio::test]
async fn a_dropped_append_leaves_a_whole_commit_or_nothing_and_the_transaction() {
    let log = LogFile::new();
    let (store, pool) = shop(&log).await;
    let (mut stored, mut dropped, mut without) = (0, 0, 0);
    for polls in 0..150 {
        let mut transaction = pool.begin_with(IMMEDIATE).await.unwrap();
        order(&mut transaction).await;
        let commit = commit_to("a", Expected::Any, 3);
        let finished = poll_and_drop(store.append_in(&mut transaction, &commit), polls).await;
        order(&mut transaction).await;
        transaction.commit().await.unwrap();
        let head = store.head().await.unwrap().get();
        let whole = head == stored + 3;
        assert!(
            whole || (head == stored && !finished),
            "{head} behind {stored}"
        );
        stored = head;
        dropped += usize::from(!finished);
        without += usize::from(!whole);
        // Whoever appends it again has it once.
        store.append(commit).await.unwrap();
        stored += if whole { 0 } else { 3 };
        assert_eq!(store.head().await.unwrap(), Position::new(stored));
    }
    assert!(
        dropped > 0 && without > 0,
        "none of the appends was dropped"
    );
    assert_eq!(orders(&pool).await, 300);
}

#[tokio::test]
async fn who_waits_is_told_by_announcing_or_finds_out() {
    let log = LogFile::new();
    let (store, pool) = shop(&log).await;
    for announces in [true, false] {
        let head = store.head().await.unwrap();
        let waiting = tokio::spawn({
            let store = store.clone();
            async move { store.wait_past(head).await }
        });
        let mut transaction = pool.begin_with(IMMEDIATE).await.unwrap();
        let commit = commit_to("a", Expected::Any, 1);
        let committed = store.append_in(&mut transaction, &commit).await.unwrap();
        transaction.commit().await.unwrap();
        if announces {
            store.announce(&committed);
        }
        assert_eq!(waiting.await.unwrap().unwrap(), committed.last);
    }
}

/// Somebody else holds the write lock: the user's transaction does not begin, as SQLite says.
#[tokio::test]
async fn a_lock_that_is_held_too_long_is_the_transactions_own_error() {
    let log = LogFile::new();
    let (store, _pool) = shop(&log).await;
    let client = log.client();
    client.execute_batch("BEGIN IMMEDIATE").unwrap();
    let impatient = pool(&log, Duration::from_millis(10)).await;
    let error = impatient.begin_with(IMMEDIATE).await.err().unwrap();
    assert!(chain(&error).contains("locked"), "{error}");
    let mut deferred = impatient.begin().await.unwrap();
    let commit = commit_to("a", Expected::Any, 1);
    let error = store.append_in(&mut deferred, &commit).await.unwrap_err();
    assert_eq!(error.code(), "append.read_transaction", "{error}");
}
