//! Enums: variants in older versions, splits over variants, and what a variant keeps.

use std::borrow::Cow;

use pericarp::prelude::*;
use pericarp::store::{Filter, ReadLog};
use pericarp::{DecodeEvent, Page, Pericarp, RecordedEvent, StreamName, replay};
use serde::{Deserialize, Serialize};

use super::{Stored, append, record};
use crate::on_every_store::on_every_store;

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(dropped("door.squeaked", "door.oiled"))]
enum DoorEvent<'a> {
    // Serde does not number what it skips, so it may stand anywhere.
    #[event(unknown)]
    #[serde(skip)]
    Other(RecordedEvent<'a>),
    #[event(
        name = "door.opened",
        version = 3,
        alias("door.unlocked"),
        upcast(2 => OpenedV2<'_>),
        split_from("door.changed", 1 => Changed<'_>)
    )]
    Opened {
        #[serde(borrow)]
        by: Cow<'a, str>,
    },
    #[event(name = "door.painted", split_from("door.changed", 1 => Changed<'_>))]
    Painted(u8),
    #[event(newer)]
    #[serde(skip)]
    Later(RecordedEvent<'a>),
    #[event(name = "door.closed", version = 2, upcast(1 => Closed1))]
    Closed,
}

/// Version 1 can no longer be read.
#[derive(Deserialize)]
struct OpenedV2<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> From<OpenedV2<'a>> for DoorEvent<'a> {
    fn from(old: OpenedV2<'a>) -> Self {
        Self::Opened { by: old.0 }
    }
}

#[derive(Deserialize)]
struct Closed1 {}

impl From<Closed1> for DoorEvent<'_> {
    fn from(_: Closed1) -> Self {
        Self::Closed
    }
}

#[derive(Deserialize)]
struct Changed<'a> {
    #[serde(borrow)]
    opened_by: Option<Cow<'a, str>>,
    colours: Vec<u8>,
}

impl<'a> From<Changed<'a>> for Vec<DoorEvent<'a>> {
    fn from(old: Changed<'a>) -> Self {
        let painted = old.colours.into_iter().map(DoorEvent::Painted);
        let opened = old.opened_by.map(|by| DoorEvent::Opened { by });
        painted.chain(opened).collect()
    }
}

#[track_caller]
fn check(stored: Stored<'_>, expected: &[DoorEvent<'_>]) {
    let events = DoorEvent::decode(&record(stored)).unwrap();
    assert!(events.is_known());
    assert_eq!(events.len(), expected.len());
    assert_eq!(events.collect::<Vec<_>>(), expected);
}

fn opened(by: &str) -> DoorEvent<'_> {
    DoorEvent::Opened { by: by.into() }
}

#[test]
fn variants_are_read_in_all_their_forms() {
    check(("door.opened", 3, r#"{"by":"Ann"}"#), &[opened("Ann")]);
    check(("door.unlocked", 2, r#""Ann""#), &[opened("Ann")]);
    check(("door.painted", 1, "7"), &[DoorEvent::Painted(7)]);
    check(("door.closed", 2, "{}"), &[DoorEvent::Closed]);
    check(("door.closed", 1, "{}"), &[DoorEvent::Closed]);
    check(("door.squeaked", 3, "{}"), &[]);
}

#[test]
fn one_record_may_be_several_variants_or_none() {
    check(
        ("door.changed", 1, r#"{"opened_by":"Ann","colours":[1,2]}"#),
        &[DoorEvent::Painted(1), DoorEvent::Painted(2), opened("Ann")],
    );
    check(
        ("door.changed", 1, r#"{"colours":[3]}"#),
        &[DoorEvent::Painted(3)],
    );
    check(("door.changed", 1, r#"{"colours":[]}"#), &[]);
    let filter = Filter::default().events::<DoorEvent<'_>>();
    let names: Vec<_> = filter.types.iter().map(|name| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "door.opened",
            "door.unlocked",
            "door.changed",
            "door.painted",
            "door.closed"
        ]
    );
}

#[test]
fn what_is_kept_is_the_record_itself() {
    let unknown = record(("door.slammed", 1, "[]"));
    check(("door.slammed", 1, "[]"), &[DoorEvent::Other(unknown)]);
    let newer = record(("door.opened", 4, "[]"));
    check(("door.opened", 4, "[]"), &[DoorEvent::Later(newer)]);
    let error = DoorEvent::decode(&record(("door.opened", 1, "{}"))).unwrap_err();
    assert_eq!(error.code(), "event.unknown_version");
    let text = error.reason.to_string();
    assert_eq!(
        text,
        "this build reads versions 2 to 3 of it, and no longer version 1"
    );
}

#[test]
fn what_is_kept_cannot_be_stored_again() {
    let kept = DoorEvent::Other(record(("door.slammed", 1, "[]")));
    let error = kept.encode(&mut Vec::new()).unwrap_err();
    assert!(
        error
            .source
            .to_string()
            .contains("Other cannot be serialized"),
        "{}",
        error.source
    );
}

#[derive(Aggregate, Default, Debug)]
#[aggregate(category = "door", id = u64, event = DoorEvent<'_>, dropped("door.wiped"))]
struct Door {
    heard: Vec<String>,
}

impl Apply<DoorEvent<'_>> for Door {
    fn apply(&mut self, event: DoorEvent<'_>, _: &Meta<'_>) {
        self.heard.push(match event {
            DoorEvent::Other(record) => format!(
                "{} {} {}",
                record.event_type,
                record.data,
                !record.id.is_nil() && record.position.get() > 0
            ),
            DoorEvent::Later(record) => format!("{} later", record.event_type),
            DoorEvent::Opened { by } => format!("opened by {by}"),
            other => format!("{other:?}"),
        });
    }
}

const HISTORY: [Stored<'static>; 7] = [
    ("door.changed", 1, r#"{"opened_by":"A","colours":[1]}"#),
    ("door.squeaked", 1, "{}"),
    ("door.slammed", 1, "[7]"),
    ("door.opened", 4, "[]"),
    ("door.wiped", 1, "[]"),
    ("door.oiled", 1, "[]"),
    ("door.closed", 1, "{}"),
];

on_every_store! {
    async fn an_aggregate_gets_whole_records_of_what_it_keeps(store) {
        append(&store, StreamName::new("door", 1).unwrap(), &HISTORY).await;
        let app = Pericarp::new(store);
        let door = app.load::<Door>(&1).await.unwrap().unwrap();
        assert_eq!(
            door.heard,
            ["Painted(1)", "opened by A", "door.slammed [7] true", "door.opened later", "Closed"]
        );
        assert_eq!(Root::skipped(&door).dropped, 3);
        assert_eq!(Root::skipped(&door).total(), 3);
    }

    async fn a_page_is_decoded_into_as_many_events_as_there_are(store) {
        append(&store, StreamName::new("door", 1).unwrap(), &HISTORY).await;
        let page = store.read(ReadLog::all().into(), Page::new()).await.unwrap();
        let events: Vec<_> = page
            .decode::<DoorEvent<'_>>()
            .map(|envelope| envelope.map(|envelope| (envelope.position.get(), envelope.event)))
            .collect::<Result<_, _>>()
            .unwrap();
        let positions: Vec<_> = events.iter().map(|(position, _)| *position).collect();
        assert_eq!(positions, [1, 1, 3, 4, 5, 7]);
    }
}

/// An enum without a variant that keeps anything, among the events of an aggregate.
#[derive(Event, Serialize, Deserialize)]
#[event(dropped("lamp.flickered"))]
enum Switching {
    #[event(name = "lamp.lit")]
    Lit,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "bulb.changed")]
struct BulbChanged {}

#[derive(Aggregate, Default)]
#[aggregate(category = "lamp", id = u64, events(Switching, BulbChanged))]
struct Lamp;

impl Apply<Switching> for Lamp {
    fn apply(&mut self, _: Switching, _: &Meta<'_>) {}
}

impl Apply<BulbChanged> for Lamp {
    fn apply(&mut self, _: BulbChanged, _: &Meta<'_>) {}
}

#[test]
fn what_a_listed_enum_drops_the_aggregate_drops() {
    let check = |stored, expected| {
        let outcome = replay::<Lamp>(&mut None, &record(stored));
        assert_eq!(outcome.map_err(|error| error.code()), expected);
    };
    check(("lamp.lit", 1, "{}"), Ok(None));
    check(("bulb.changed", 1, "{}"), Ok(None));
    check(
        ("lamp.flickered", 1, "{}"),
        Ok(Some(pericarp::Unread::Dropped)),
    );
    check(("lamp.broken", 1, "{}"), Err("event.unknown_type"));
}
