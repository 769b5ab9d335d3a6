//! A table of snapshots that cannot be read: then all events are folded.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use pericarp::Pericarp;
use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{PostgresStore, SqliteStore, Store};
use pericarp_tests::{Done, Watched};

use super::domain::{Count, Meter, fill};

/// A page of the file that holds snapshots was damaged, and no aggregate could be loaded.
#[tokio::test]
async fn a_damaged_table_in_sqlite_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let app = Pericarp::new(SqliteStore::open(&file).await.unwrap());
    fill(&app, 1, 20).await;
    app.execute(Count { meter: 1, n: 0 }).await.unwrap();
    app.store().close().await;
    let client = rusqlite::Connection::open(&file).unwrap();
    let number = |sql| {
        client
            .query_row(sql, [], |row| row.get::<_, u32>(0))
            .unwrap()
    };
    let size = number("PRAGMA page_size");
    let page = number("SELECT rootpage FROM sqlite_schema WHERE name = 'pericarp_snapshots'");
    drop(client);
    let mut bytes = std::fs::File::options().write(true).open(&file).unwrap();
    bytes
        .seek(SeekFrom::Start(u64::from((page - 1) * size)))
        .unwrap();
    bytes.write_all(&vec![0xff; size as usize]).unwrap();
    drop(bytes);
    let app = Pericarp::new(SqliteStore::open(&file).await.unwrap());
    for n in [21, 22] {
        assert_eq!(app.execute(Count { meter: 1, n: 1 }).await.unwrap(), n);
        app.store().snapshots_kept().await;
    }
    assert_eq!(app.load::<Meter>(&1).await.unwrap().unwrap().total, 22);
}

/// A user who had no right to the table of snapshots could load no aggregate.
#[tokio::test]
async fn a_table_in_postgres_that_cannot_be_read_is_ignored() {
    let log = pericarp_tests::postgres::Server::shared().schema().await;
    let url = log.url().to_string();
    let options = PostgresOptions::parse(&url).unwrap().schema(log.name());
    let store = PostgresStore::open_with(options).await.unwrap();
    let store = Arc::new(Watched::new(store));
    let app = Pericarp::new(store.clone());
    fill(&app, 1, 20).await;
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    let table = format!("\"{}\".pericarp_snapshots", log.name());
    let rename = format!("ALTER TABLE {table} RENAME TO away");
    sqlx::query(sqlx::AssertSqlSafe(rename))
        .execute(&pool)
        .await
        .unwrap();
    for n in [21, 22] {
        assert_eq!(app.execute(Count { meter: 1, n: 1 }).await.unwrap(), n);
        store.snapshots_kept().await;
    }
    store.take();
    assert_eq!(app.load::<Meter>(&1).await.unwrap().unwrap().total, 22);
    assert_eq!(
        store.take(),
        Done {
            loads: 1,
            events: 22,
            ..Done::default()
        }
    );
}
