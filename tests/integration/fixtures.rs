//! Logs as every released version of a schema kept them: they open, hold what they held, and grow.

use std::path::{Path, PathBuf};

use pericarp::Expected;
use pericarp::doctor::{Depth, Severity};
use pericarp::store::{PostgresStore, SqliteStore, Store};
use pericarp_tests::commit_to;
use pericarp_tests::postgres::Server;
use sqlx::{AssertSqlSafe, Executor};

use crate::transfer::export;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The folders of `fixtures`, one per version of the schema.
fn versions() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let mut versions: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("sqlite.db").exists())
        .collect();
    versions.sort();
    assert!(!versions.is_empty());
    versions
}

/// It holds what all fixtures hold, and takes more.
async fn check(store: impl Store) {
    let log = std::fs::read(folder().join("log.ndjson")).unwrap();
    assert!(export(&store, false).await == log, "it is another log");
    let end = store.head().await.unwrap();
    let committed = store.append(commit_to("new", Expected::NoStream, 2)).await;
    assert_eq!(committed.unwrap().first, end.next());
    store.close().await;
}

#[tokio::test]
async fn every_sqlite_log_opens() {
    for version in versions() {
        let copy = tempfile::tempdir().unwrap();
        let path = copy.path().join("log.db");
        std::fs::copy(version.join("sqlite.db"), &path).unwrap();
        let store = SqliteStore::open(&path).await.unwrap();
        let report = store.doctor(Depth::Thorough).await.unwrap();
        assert_eq!(
            report.worst(),
            Severity::Ok,
            "{}: {report}",
            version.display()
        );
        check(store).await;
    }
}

#[tokio::test]
async fn every_postgresql_log_opens() {
    for version in versions() {
        let database = Server::shared().database().await;
        let dump = std::fs::read_to_string(version.join("postgres.sql")).unwrap();
        let mut client = database.connect().await;
        client.execute(AssertSqlSafe(dump)).await.unwrap();
        let store = PostgresStore::open(&database.url().to_string())
            .await
            .unwrap();
        let report = store.doctor(Depth::Thorough).await.unwrap();
        // A server of the tests does not flush its disk.
        let faults: Vec<_> = report
            .at_least(Severity::Note)
            .filter(|finding| finding.code != "durability.unsafe")
            .collect();
        assert!(faults.is_empty(), "{}: {report}", version.display());
        check(store).await;
    }
}
