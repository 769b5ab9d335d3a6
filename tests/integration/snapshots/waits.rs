//! Snapshots hold up nobody.

use std::sync::mpsc;
use std::time::Duration;

use futures::poll;
use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{NewSnapshot, PostgresStore, SqliteStore, Store};
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
