//! Counts allocations. One test alone: the allocator counts what all threads do.
#![expect(clippy::unwrap_used, reason = "a failing test says where")]

mod chain;
mod ready_made;

use pericarp::prelude::*;
use pericarp::store::{MemoryStore, ReadStream, SqliteStore, Store};
use pericarp::{
    Commit, CommitId, EventType, Expected, Ids, NewEvent, Pericarp, RandomIds, Root, StreamName,
    Timestamp,
};
use pericarp_tests::allocations::{Counting, count};
use serde::{Deserialize, Serialize};

#[global_allocator]
static COUNTING: Counting = Counting;

#[derive(Event, Serialize, Deserialize)]
#[event(
    name = "gauge.read",
    version = 3,
    upcast(1 => MeasuredV1<'_>, 2 => MeasuredV2<'_>),
    split_from("gauge.checked", 1 => MeasuredV1<'_>)
)]
struct Measured<'a> {
    value: i64,
    #[event(no_escapes)]
    unit: &'a str,
}

#[derive(Deserialize)]
struct MeasuredV1<'a>(i64, &'a str);

#[derive(Deserialize)]
struct MeasuredV2<'a> {
    read: i64,
    unit: &'a str,
}

impl<'a> From<MeasuredV1<'a>> for MeasuredV2<'a> {
    fn from(old: MeasuredV1<'a>) -> Self {
        let MeasuredV1(read, unit) = old;
        Self { read, unit }
    }
}

impl<'a> From<MeasuredV2<'a>> for Measured<'a> {
    fn from(old: MeasuredV2<'a>) -> Self {
        let MeasuredV2 { read: value, unit } = old;
        Self { value, unit }
    }
}

impl<'a> From<MeasuredV1<'a>> for Option<Measured<'a>> {
    fn from(old: MeasuredV1<'a>) -> Self {
        Some(MeasuredV2::from(old).into())
    }
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
async fn a_chain_allocates_nothing_and_a_replay_nothing_per_event() {
    chain::check();
    chain::check_layers();
    ready_made::check();
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(folder.path().join("log.db"))
        .await
        .unwrap();
    check("sqlite", sqlite).await;
    check("memory", MemoryStore::new()).await;
}

/// Each form that a reading is stored in: what is current, what is older and what is split.
const FORMS: [(&str, u32); 4] = [
    ("gauge.read", 3),
    ("gauge.read", 2),
    ("gauge.read", 1),
    ("gauge.checked", 1),
];

async fn check(store_name: &str, store: impl Store) {
    let app = Pericarp::new(store);
    for (i, (name, version)) in FORMS.into_iter().enumerate() {
        let what = format!("{store_name}, {name} v{version}");
        check_form(&what, &app, KEYS[i], name, version).await;
    }
}

const KEYS: [&str; FORMS.len()] = ["north", "east", "south", "west"];

async fn check_form<S: Store>(
    form: &str,
    app: &Pericarp<S>,
    key: &'static str,
    name: &str,
    version: u32,
) {
    let gauge = StreamName::new("gauge", key).unwrap();
    let name = EventType::parse(name).unwrap();
    for _ in 0..EVENTS / 1_000 {
        let mut commit = Commit::new(CommitId::new(RandomIds.next()));
        let turn = commit.to(gauge.clone(), Expected::Any);
        (0..1_000).fold(turn, |turn, value| {
            let data = match version {
                3 => format!(r#"{{"value":{value},"unit":"bar"}}"#),
                2 => format!(r#"{{"read":{value},"unit":"bar"}}"#),
                _ => format!(r#"[{value},"bar"]"#),
            };
            turn.raw(NewEvent {
                id: None,
                event_type: &name,
                schema_version: version,
                occurred_at: Timestamp::EPOCH,
                data: &data,
                metadata: "{}",
            })
            .unwrap()
        });
        app.store().append(commit).await.unwrap();
    }
    app.load::<Gauge>(&key).await.unwrap();

    let before = count();
    let root = app.load::<Gauge>(&key).await.unwrap().unwrap();
    let loading = count() - before;
    assert_eq!(Root::version(&root).get(), EVENTS);
    assert_eq!(root.units, 3 * EVENTS as usize);
    assert_at_most(form, "loading an aggregate", loading);

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
    assert_at_most(form, "reading pages", paging);
}

#[track_caller]
fn assert_at_most(form: &str, what: &str, allocations: u64) {
    let each = allocations as f64 / EVENTS as f64;
    assert!(
        each <= 0.01,
        "{form}: {what} made {allocations} allocations, {each} per event"
    );
}
