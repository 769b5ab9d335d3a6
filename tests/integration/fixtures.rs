//! Logs as every released version of a schema kept them: they open, hold what they held, and grow.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use pericarp::doctor::{Depth, Severity};
use pericarp::store::{PostgresStore, ReadStream, Snapshot, SqliteStore, Store, Visit};
use pericarp::uuid::Uuid;
use pericarp::{Expected, RecordedEvent, Version};
use pericarp_tests::postgres::Server;
use pericarp_tests::{commit_to, fixture_snapshot};
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

/// Looks for the snapshot that logs of the second version have.
struct Seeker(Option<Snapshotted>);

type Snapshotted = (Version, Uuid, String, u32);

impl Visit for Seeker {
    fn wants_snapshot(&self) -> bool {
        true
    }

    fn restore(&mut self, snapshot: &Snapshot<'_>) -> bool {
        let data = snapshot.data.to_owned();
        self.0 = Some((
            snapshot.version,
            snapshot.fingerprint,
            data,
            snapshot.checksum,
        ));
        true
    }

    fn visit(&mut self, _: &RecordedEvent<'_>) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}

async fn check_snapshot(store: &impl Store, version: &Path) {
    let kept = fixture_snapshot().write().unwrap();
    let read = ReadStream::new(kept.stream().clone());
    let found = store.visit(read, Seeker(None)).await.unwrap().0;
    let Snapshot {
        version: of,
        fingerprint,
        data,
        checksum,
    } = kept.view();
    let expected = (of, fingerprint, data.to_owned(), checksum);
    let has_snapshots = !version.ends_with("1");
    assert_eq!(
        found,
        has_snapshots.then_some(expected),
        "{}",
        version.display()
    );
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
        check_snapshot(&store, &version).await;
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
        check_snapshot(&store, &version).await;
        check(store).await;
    }
}
