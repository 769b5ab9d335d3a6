//! A store records what it is asked, and its writer what only it knows.

use std::collections::{BTreeMap, BTreeSet};

use pericarp::Expected;
use pericarp::Pericarp;
use pericarp::metrics::{CATALOGUE, Registry};
use pericarp::middleware::RequestMetrics;
use pericarp::store::postgres::PostgresOptions;
use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{
    Measured, MemoryStore, PostgresStore, ReadLog, SqliteStore, Store, StoreMetrics,
};
use pericarp::testing::{Fault, Faulty};
use pericarp_tests::commit_to;
use pericarp_tests::postgres::Server;

use super::parser::parsed;
use crate::domain::Tally;
use crate::snapshots::domain::{Count, Meter, Renamed, fill};

fn of_store(registry: &Registry) -> BTreeMap<String, f64> {
    let found = parsed(registry).into_iter();
    found
        .filter_map(|(name, value)| {
            let name = name.strip_prefix("pericarp_store_")?;
            Some((
                name.replace(",store=log", "").replace("store=log", ""),
                value,
            ))
        })
        .collect()
}

#[tokio::test]
async fn what_a_store_is_asked_is_counted() {
    let registry = Registry::new();
    let metrics = StoreMetrics::new(&registry, "log").unwrap();
    let app = Pericarp::new(Measured::new(Faulty::new(MemoryStore::new()), metrics));
    let store = app.store();
    for events in [1, 3] {
        store
            .append(commit_to("a", Expected::Any, events))
            .await
            .unwrap();
    }
    store
        .append(commit_to("a", Expected::NoStream, 1))
        .await
        .unwrap_err();
    store.inner().plan(Fault::LoseAnswer);
    store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap_err();
    let mut pages = store.pages(ReadLog::all());
    while pages.next().await.unwrap().is_some() {}
    assert!(app.load::<Tally>(&1).await.unwrap().is_none());

    let found = of_store(&registry);
    assert_eq!(found["appends_total{outcome=ok}"], 2.0);
    assert_eq!(found["appends_total{outcome=append.conflict}"], 1.0);
    assert_eq!(found["appends_total{outcome=append.outcome_unknown}"], 1.0);
    assert_eq!(found["appends_in_flight{}"], 0.0);
    assert_eq!(found["append_duration_seconds_count{}"], 4.0);
    assert_eq!(found["commit_events_sum{}"], 4.0);
    assert_eq!(found["commit_events_count{}"], 2.0);
    assert_eq!(found["page_events_sum{}"], 5.0);
    assert_eq!(found["loads_total{outcome=ok}"], 1.0);
    assert_eq!(found["batch_commits_count{}"], 0.0);
}

/// Snapshots are taken, used, and refused by a build of another shape.
#[tokio::test]
async fn snapshots_are_counted() {
    let registry = Registry::new();
    let metrics = StoreMetrics::new(&registry, "log").unwrap();
    let app = Pericarp::new(Measured::new(MemoryStore::new(), metrics));
    fill(&app, 1, 20).await;
    assert_eq!(app.execute(Count { meter: 1, n: 0 }).await.unwrap(), 20);
    for _ in 0..3 {
        app.load::<Meter>(&1).await.unwrap();
    }
    for _ in 0..2 {
        app.load::<Renamed>(&1).await.unwrap();
    }
    let found = of_store(&registry);
    let counted = ["taken", "used", "refused"]
        .map(|outcome| found[&format!("snapshots_total{{outcome={outcome}}}")]);
    assert_eq!(counted, [1.0, 3.0, 2.0]);
}

/// Thirty-two are polled before the writer can have answered: what waits is seen, and what was stored
/// together.
async fn check_writer(store: impl Store, registry: &Registry) {
    let appends = (0..32).map(|i| store.append(commit_to(&i.to_string(), Expected::NoStream, 1)));
    for outcome in futures::future::join_all(appends).await {
        outcome.unwrap();
    }
    let found = of_store(registry);
    assert_eq!(found["batch_commits_sum{}"], 32.0);
    assert!(found["batch_commits_count{}"] >= 1.0);
    assert_eq!(found["queue_length{}"], 0.0);
    store.close().await;
}

#[tokio::test]
async fn the_writer_of_sqlite_tells_its_batches() {
    let registry = Registry::new();
    let metrics = StoreMetrics::new(&registry, "log").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::new(folder.path().join("log.db")).metrics(metrics);
    let store = SqliteStore::open_with(options).await.unwrap();
    check_writer(store, &registry).await;
}

#[tokio::test]
async fn the_writer_of_postgresql_tells_its_batches() {
    let registry = Registry::new();
    let metrics = StoreMetrics::new(&registry, "log").unwrap();
    let database = Server::shared().database().await;
    let options = PostgresOptions::parse(&database.url().to_string()).unwrap();
    let store = PostgresStore::open_with(options.metrics(metrics))
        .await
        .unwrap();
    check_writer(store, &registry).await;
}

/// What is documented is what there is.
#[test]
fn the_catalogue_is_what_is_registered() {
    let registry = Registry::new();
    RequestMetrics::new(&registry).unwrap();
    StoreMetrics::new(&registry, "log").unwrap();
    let registered: BTreeSet<_> = registry.metrics().iter().map(|m| m.name()).collect();
    let names: Vec<_> = CATALOGUE.iter().map(|metric| metric.name()).collect();
    assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), registered);
    assert!(names.is_sorted(), "{names:?}");
}
