//! Counts allocations. One test alone: the allocator counts what all threads do.
#![expect(clippy::unwrap_used, reason = "a failing test says where")]

use pericarp::prelude::*;
use pericarp::store::{MemoryStore, ReadStream, SqliteStore, Store};
use pericarp::{Commit, CommitId, Context, Expected, Ids, Pericarp, RandomIds, Root, StreamName};
use pericarp_tests::allocations::{Counting, count};
use serde::{Deserialize, Serialize};

#[global_allocator]
static COUNTING: Counting = Counting;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "gauge.read")]
struct Measured<'a> {
    value: i64,
    unit: &'a str,
}

#[derive(Aggregate, Default)]
#[aggregate(category = "gauge", id = &'static str, events(Measured<'_>))]
struct Gauge {
    sum: i64,
    units: usize,
}

impl Apply<Measured<'_>> for Gauge {
    fn apply(&mut self, event: Measured<'_>, _: &Meta<'_>) {
        self.sum += event.value;
        self.units += event.unit.len();
    }
}

const EVENTS: u64 = 10_000;

#[tokio::test]
async fn a_replay_allocates_nothing_per_event() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(folder.path().join("log.db"))
        .await
        .unwrap();
    check("sqlite", sqlite).await;
    check("memory", MemoryStore::new()).await;
}

async fn check(store_name: &str, store: impl Store) {
    let gauge = StreamName::new("gauge", "north").unwrap();
    for _ in 0..EVENTS / 1_000 {
        let mut commit = Commit::new(CommitId::new(RandomIds.next()));
        let turn = commit.to(gauge.clone(), Expected::Any);
        (0..1_000).fold(turn, |turn, value| {
            turn.event(&Measured { value, unit: "bar" }, &Context::default())
                .unwrap()
        });
        store.append(commit).await.unwrap();
    }
    let app = Pericarp::new(store);
    app.load::<Gauge>(&"north").await.unwrap();

    let before = count();
    let root = app.load::<Gauge>(&"north").await.unwrap().unwrap();
    let loading = count() - before;
    assert_eq!(Root::version(&root).get(), EVENTS);
    assert_eq!(root.units, 3 * EVENTS as usize);
    assert_at_most(store_name, "loading an aggregate", loading);

    let before = count();
    let mut pages = app.store().pages(ReadStream::new(gauge));
    let mut sum = 0;
    while let Some(page) = pages.next().await.unwrap() {
        for envelope in page.decode::<Measured<'_>>() {
            sum += envelope.unwrap().event.value;
        }
    }
    let paging = count() - before;
    assert_eq!(sum, root.sum);
    assert_at_most(store_name, "reading pages", paging);
}

#[track_caller]
fn assert_at_most(store: &str, what: &str, allocations: u64) {
    let each = allocations as f64 / EVENTS as f64;
    assert!(
        each <= 0.01,
        "{store}: {what} made {allocations} allocations, {each} per event"
    );
}
