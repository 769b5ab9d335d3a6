//! Writes the logs of `tests/fixtures` as this build keeps them, for a new version of a schema.
//! Those of a released version are never written again.
//!
//! `cargo run -p pericarp-tests --bin make_fixtures -- FOLDER`, with `pg_dump` in the path.
#![expect(clippy::unwrap_used, reason = "a program for those who read this")]

use std::path::Path;
use std::process::Command;

use pericarp::store::{BulkStore, PostgresStore, SqliteStore};
use pericarp::transfer::Import;
use pericarp_tests::fixture_snapshot;
use pericarp_tests::postgres::Server;

#[tokio::main]
async fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = Path::new(&folder);
    fill(SqliteStore::open(folder.join("sqlite.db")).await.unwrap()).await;

    let database = Server::shared().database().await;
    let url = database.url().to_string();
    fill(PostgresStore::open(&url).await.unwrap()).await;
    let dump = Command::new("pg_dump")
        .args(["--inserts", "--no-owner", "--no-privileges", &url])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&dump.stderr);
    assert!(dump.status.success(), "{error}");
    // Commands that only psql knows.
    let dump = String::from_utf8(dump.stdout).unwrap();
    let sql: String = dump
        .split_inclusive('\n')
        .filter(|line| !line.starts_with('\\'))
        .collect();
    std::fs::write(folder.join("postgres.sql"), sql).unwrap();
}

async fn fill(store: impl BulkStore) {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/log.ndjson");
    Import::into(&store).from_path(log).await.unwrap();
    store.keep_snapshot(fixture_snapshot());
    store.snapshots_kept().await;
    store.close().await;
}
