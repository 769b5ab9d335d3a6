//! The connections that read: how many there are, how long they live, what they prepare.

use std::time::Duration;

use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{PostgresStore, ReadLog, ReadStream, Store};
use pericarp::{Expected, Page, StreamName};
use pericarp_tests::commit_to;
use pericarp_tests::postgres::Server;
use sqlx::{Executor, query_scalar};
use tokio::task::JoinSet;

use super::setting::{Setting, open, options, sessions, wait_until, within};

async fn read(store: &PostgresStore) {
    let page = store.read(ReadLog::all().into(), Page::new()).await;
    assert_eq!(page.unwrap().len(), 1);
}

async fn with_an_event(
    setting: &Setting,
    set: impl FnOnce(PostgresOptions) -> PostgresOptions,
) -> PostgresStore {
    let store = setting.open(|options| set(options.listen(false))).await;
    store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_connections_serve_a_hundred_reads_and_there_is_no_sixth() {
    let setting = Setting::new().await;
    let store = with_an_event(&setting, |options| options.max_connections(5)).await;
    let held = setting
        .proxy
        .hold_after(pericarp_tests::proxy::When::sql("pericarp_events"));
    let mut reads = JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        reads.spawn(async move { read(&store).await });
    }
    held.struck().await;
    setting.proxy.release();
    within("they are served", reads.join_all()).await;
    let counts = setting.proxy.counts();
    assert!((1..=5).contains(&counts.connections), "{counts:?}");
    assert_eq!(counts.executes, 101);
}

#[tokio::test]
async fn as_many_connections_as_told_are_kept_ready() {
    let database = Server::shared().database().await;
    let mut client = database.connect().await;
    for (least, sessions_of_store) in [(0, 1), (3, 4)] {
        let store = open(options(database.url()).min_connections(least).listen(false)).await;
        wait_until("they are there", async || {
            sessions(&mut client, "true").await == sessions_of_store
        })
        .await;
        store.close().await;
        wait_until("they are gone", async || {
            sessions(&mut client, "true").await == 0
        })
        .await;
    }
}

/// A log that one connection reads.
async fn read_by_one(
    set: impl FnOnce(PostgresOptions) -> PostgresOptions,
) -> (Setting, PostgresStore) {
    let setting = Setting::new().await;
    let store = with_an_event(&setting, |options| set(options.max_connections(1))).await;
    (setting, store)
}

#[tokio::test]
async fn a_connection_gets_as_old_as_told() {
    let short = Some(Duration::from_millis(20));
    let (setting, store) = read_by_one(|options| options.max_lifetime(short)).await;
    wait_until("it is replaced", async || {
        read(&store).await;
        setting.proxy.counts().connections > 3
    })
    .await;
    let reads = setting.proxy.counts().executes;
    let (setting, store) = read_by_one(|options| options.max_lifetime(None)).await;
    for _ in 0..reads {
        read(&store).await;
    }
    assert_eq!(setting.proxy.counts().connections, 1);
}

#[tokio::test]
async fn an_idle_connection_is_closed_when_told() {
    let database = Server::shared().database().await;
    let mut client = database.connect().await;
    let idle = Some(Duration::from_millis(50));
    let keeps = open(options(database.url()).idle_timeout(None).listen(false)).await;
    keeps.head().await.unwrap();
    let closes = open(options(database.url()).idle_timeout(idle).listen(false)).await;
    closes.head().await.unwrap();
    // Two append, one reads.
    wait_until("it is closed", async || {
        sessions(&mut client, "true").await == 3
    })
    .await;
    keeps.head().await.unwrap();
    closes.head().await.unwrap();
}

/// Reads of a stream, an event, the log, the end of it, and an append: all that goes on in a steady
/// state.
async fn one_round(store: &PostgresStore) {
    let stream = StreamName::new("test", "a").unwrap();
    let committed = store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    let read = ReadStream::new(stream.clone()).limit(10);
    store.read(read.into(), Page::new()).await.unwrap();
    let read = ReadLog::all().limit(10);
    store.read(read.into(), Page::new()).await.unwrap();
    assert_eq!(store.head().await.unwrap(), committed.last);
    store.stream_version(&stream).await.unwrap();
}

#[tokio::test]
async fn a_steady_state_prepares_nothing() {
    let setting = Setting::new().await;
    let store = setting
        .open(|options| options.listen(false).max_connections(1))
        .await;
    // The stream is new, then nobody else is seen to append, and then nothing is asked.
    for _ in 0..3 {
        one_round(&store).await;
    }
    setting.proxy.reset();
    for _ in 0..100 {
        one_round(&store).await;
    }
    let counts = setting.proxy.counts();
    assert_eq!((counts.parses, counts.describes), (0, 0), "{counts:?}");
    assert_eq!(counts.statements(), 500);
}

#[tokio::test]
async fn a_small_cache_prepares_again_and_works() {
    let setting = Setting::new().await;
    let store = setting
        .open(|options| options.statement_cache(1).listen(false).max_connections(1))
        .await;
    for _ in 0..3 {
        one_round(&store).await;
    }
    let counts = setting.proxy.counts();
    // The writer has one as long as it does not know to be alone, and one then, and those who
    // read have four.
    assert_eq!(counts.parses, 2 + 3 * 4, "{counts:?}");
}

/// Without a cache every statement was prepared by a name of its own and never closed, so that the
/// server kept more and more of them.
#[tokio::test]
async fn without_a_cache_no_statement_has_a_name() {
    for (cache, kept) in [(0, false), (100, true)] {
        let database = Server::shared().database().await;
        let store = open(options(database.url()).statement_cache(cache)).await;
        for _ in 0..3 {
            one_round(&store).await;
        }
        let mut client = database.connect().await;
        for _ in 0..3 {
            client.execute("BEGIN").await.unwrap();
            let commit = commit_to("a", Expected::Any, 1);
            let committed = store.append_in(&mut client, &commit).await.unwrap();
            assert_eq!(
                store.append_in(&mut client, &commit).await.unwrap(),
                committed
            );
            client.execute("COMMIT").await.unwrap();
        }
        let named: i64 = sqlx::raw_sql("SELECT count(*) FROM pg_prepared_statements")
            .fetch_one(&mut client)
            .await
            .map(|row| {
                sqlx::Row::get_unchecked::<String, _>(&row, 0)
                    .parse()
                    .unwrap()
            })
            .unwrap();
        assert_eq!(named > 0, kept, "{named} with a cache of {cache}");
        let events: i64 = query_scalar("SELECT count(*) FROM pericarp_events")
            .fetch_one(&mut client)
            .await
            .unwrap();
        assert_eq!(events, 6);
    }
}
