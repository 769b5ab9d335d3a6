//! Snapshots hold up nobody.

use std::sync::mpsc;
use std::time::Duration;

use futures::poll;
use pericarp::metrics::Registry;
use pericarp::store::postgres::PostgresOptions;
use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{NewSnapshot, PostgresStore, SqliteStore, Store, StoreMetrics, WhenFull};
use pericarp::uuid::Uuid;
use pericarp::{Expected, StreamName, Version};
use pericarp_tests::commit_to;

/// Somebody waited for snapshots, and did not look again: the store could not be closed.
async fn a_wait_that_is_not_polled(store: impl Store) {
    store
        .append(commit_to("a", Expected::NoStream, 1))
        .await
        .unwrap();
    let (go, gone) = mpsc::channel();
    let stream = StreamName::new("test", "a").unwrap();
    store.keep_snapshot(NewSnapshot::new(
        stream,
        Version::FIRST,
        Uuid::nil(),
        move || {
            gone.recv()
                .map(|()| "{}".to_owned())
                .map_err(serde::ser::Error::custom)
        },
    ));
    let mut waits = Box::pin(store.snapshots_kept());
    assert!(poll!(waits.as_mut()).is_pending());
    go.send(()).unwrap();
    let closed = tokio::time::timeout(Duration::from_secs(60), store.close()).await;
    assert!(closed.is_ok(), "somebody else waits and is not polled");
    waits.await;
}

#[tokio::test]
async fn a_wait_that_is_not_polled_does_not_hold_up_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    a_wait_that_is_not_polled(SqliteStore::open(&file).await.unwrap()).await;
}

#[tokio::test]
async fn a_wait_that_is_not_polled_does_not_hold_up_postgres() {
    let log = pericarp_tests::postgres::Server::shared().schema().await;
    let options = PostgresOptions::parse(&log.url().to_string()).unwrap();
    let options = options.schema(log.name());
    a_wait_that_is_not_polled(PostgresStore::open_with(options).await.unwrap()).await;
}

fn stream() -> StreamName {
    StreamName::new("meter", 1).unwrap()
}

fn snapshot() -> NewSnapshot {
    NewSnapshot::new(stream(), Version::FIRST, Uuid::nil(), || Ok("{}".into()))
}

/// A snapshot took the place of an append, which was refused for it.
#[tokio::test]
async fn a_snapshot_takes_no_place_of_an_append() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let registry = Registry::new();
    let options = SqliteOptions::new(&file)
        .queue(1, WhenFull::Reject)
        .busy_timeout(Duration::from_secs(600))
        .metrics(StoreMetrics::new(&registry, "log").unwrap());
    let store = SqliteStore::open_with(options).await.unwrap();
    let waiting = |length: &str| registry.to_prometheus().contains(length);
    let client = rusqlite::Connection::open(&file).unwrap();
    client.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut first = Box::pin(store.append(commit_to("a", Expected::NoStream, 1)));
    assert!(poll!(first.as_mut()).is_pending());
    while !waiting("pericarp_store_queue_length{store=\"log\"} 0") {
        tokio::task::yield_now().await;
    }
    store.keep_snapshot(snapshot());
    while !waiting("pericarp_store_queue_length{store=\"log\"} 1") {
        tokio::task::yield_now().await;
    }
    let mut second = Box::pin(store.append(commit_to("b", Expected::NoStream, 1)));
    assert!(
        poll!(second.as_mut()).is_pending(),
        "there is a place for it"
    );
    let mut third = Box::pin(store.append(commit_to("c", Expected::NoStream, 1)));
    assert!(poll!(third.as_mut()).is_ready(), "there is none for it");
    client.execute_batch("COMMIT").unwrap();
    first.await.unwrap();
    second.await.unwrap();
    store
        .append(commit_to("c", Expected::NoStream, 1))
        .await
        .unwrap();
    store.close().await;
}

/// While another process had the file, a snapshot waited for it as long as an append may, and the
/// appends behind it waited for both.
#[tokio::test]
async fn a_snapshot_does_not_wait_for_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let options = SqliteOptions::new(&file).busy_timeout(Duration::from_secs(3_600));
    let store = SqliteStore::open_with(options).await.unwrap();
    store
        .append(commit_to("a", Expected::NoStream, 1))
        .await
        .unwrap();
    let client = rusqlite::Connection::open(&file).unwrap();
    client.execute_batch("BEGIN IMMEDIATE").unwrap();
    store.keep_snapshot(snapshot());
    let kept = tokio::time::timeout(Duration::from_secs(60), store.snapshots_kept()).await;
    client.execute_batch("COMMIT").unwrap();
    assert!(kept.is_ok(), "it waits for the other process");
    store
        .append(commit_to("a", Expected::Exists, 1))
        .await
        .unwrap();
}
