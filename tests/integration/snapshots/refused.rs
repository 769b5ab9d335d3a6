//! Snapshots that are of no use: then all events are folded, to the same state.

use std::fmt;
use std::sync::{Arc, Mutex};

use pericarp::Pericarp;
use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{MemoryStore, PostgresStore, SqliteStore, Store};
use pericarp_tests::{Done, Watched};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::domain::{Count, Counted, Meter, Renamed, Second, fill};
use crate::on_every_store::on_every_store;

/// What anybody could do to the table.
const DAMAGES: &[&str] = &[
    "data = replace(data, '20', '21')",
    "data = 'no JSON'",
    "data = '{}'",
    "version = version - 1",
    "version = version + 1",
    "version = 999999",
    "version = 0",
    "version = -3",
    "checksum = checksum + 1",
    "checksum = -1",
];

#[tokio::test]
async fn a_damaged_one_in_sqlite_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let client = rusqlite::Connection::open(&file).unwrap();
    let only_there = [
        "fingerprint = x'00'",
        "fingerprint = randomblob(16)",
        "data = cast(x'ff' AS TEXT)",
    ];
    for damage in DAMAGES.iter().chain(&only_there) {
        let store = SqliteStore::open(&file).await.unwrap();
        damaged(store, damage, || {
            let sql = format!("UPDATE pericarp_snapshots SET {damage}");
            let changed = client.execute(&sql, []).unwrap();
            async move { assert_eq!(changed, 1, "{damage}") }
        })
        .await;
    }
}

#[tokio::test]
async fn a_damaged_one_in_postgres_is_ignored() {
    let log = pericarp_tests::postgres::Server::shared().schema().await;
    let url = log.url().to_string();
    let options = PostgresOptions::parse(&url).unwrap().schema(log.name());
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    for damage in DAMAGES.iter().chain(&["fingerprint = gen_random_uuid()"]) {
        let store = PostgresStore::open_with(options.clone()).await.unwrap();
        let (schema, pool) = (log.name(), &pool);
        damaged(store, damage, || async move {
            let sql = format!("UPDATE \"{schema}\".pericarp_snapshots SET {damage}");
            let done = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await;
            assert_eq!(done.unwrap().rows_affected(), 1, "{damage}");
        })
        .await;
    }
}

async fn damaged<F: Future<Output = ()>>(
    store: impl Store,
    damage: &str,
    do_it: impl FnOnce() -> F,
) {
    let store = Arc::new(Watched::new(store));
    let app = Pericarp::new(store.clone());
    let more = 20 - store.stream_version(&stream()).await.unwrap().get();
    if more > 0 {
        fill(&app, 1, more).await;
    }
    // The first sees the damage of the last one; it is due again, and takes its place.
    assert_eq!(
        app.execute(Count { meter: 1, n: 0 }).await.unwrap(),
        20,
        "{damage}"
    );
    store.snapshots_kept().await;
    assert_eq!(store.take().snapshots, 1, "{damage}");
    app.load::<Meter>(&1).await.unwrap();
    assert_eq!(
        store.take(),
        Done {
            loads: 1,
            ..Done::default()
        },
        "{damage}"
    );
    do_it().await;
    let root = app.load::<Meter>(&1).await.unwrap().unwrap();
    assert_eq!(root.total, 20, "{damage}");
    assert_eq!(
        store.take(),
        Done {
            loads: 1,
            events: 20,
            ..Done::default()
        },
        "{damage}"
    );
    store.close().await;
}

fn stream() -> pericarp::StreamName {
    pericarp::StreamName::new("meter", 1).unwrap()
}

on_every_store! {
    /// That of a build whose state has another shape, or whose events do another thing to it.
    async fn one_of_another_shape_is_ignored(store) {
        let store = Arc::new(Watched::new(store));
        let app = Pericarp::new(store.clone());
        fill(&app, 1, 30).await;
        assert_eq!(app.execute(Count { meter: 1, n: 0 }).await.unwrap(), 30);
        store.snapshots_kept().await;
        store.take();
        assert_eq!(app.load::<Meter>(&1).await.unwrap().unwrap().total, 30);
        assert_eq!(store.take().events, 0);
        assert_eq!(app.load::<Renamed>(&1).await.unwrap().unwrap().sum, 30);
        assert_eq!(store.take().events, 30);
        assert_eq!(app.load::<Second>(&1).await.unwrap().unwrap().total, 30);
        assert_eq!(store.take().events, 30);
        // Theirs takes its place, and is of no use to the first.
        let mut root = app.load::<Second>(&1).await.unwrap().unwrap();
        root.emit(Counted { n: 1 });
        app.repository().save(&mut root).await.unwrap();
        store.snapshots_kept().await;
        store.take();
        assert_eq!(app.load::<Second>(&1).await.unwrap().unwrap().total, 31);
        assert_eq!(store.take().events, 0);
        assert_eq!(app.load::<Meter>(&1).await.unwrap().unwrap().total, 31);
        assert_eq!(store.take().events, 31);
    }
}

/// Keeps the lines of warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0 += &format!("{field}={value:?} ");
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() == Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// One line for each that is of no use, and none for one that is.
#[tokio::test]
async fn one_that_is_of_no_use_is_told_of() {
    let warnings = Warnings::default();
    let _default = tracing::subscriber::set_default(warnings.clone());
    let app = Pericarp::new(MemoryStore::new());
    fill(&app, 1, 30).await;
    assert_eq!(app.execute(Count { meter: 1, n: 0 }).await.unwrap(), 30);
    app.load::<Meter>(&1).await.unwrap();
    assert!(warnings.0.lock().unwrap().is_empty());
    app.load::<Renamed>(&1).await.unwrap();
    let line = warnings.0.lock().unwrap().concat();
    assert_eq!(
        line,
        "message=the snapshot is of no use: all events were folded stream=\"meter-1\" version=30 why=\"it is of another shape\" "
    );
}
