//! The shapes that events and aggregates may have.

use pericarp::prelude::*;
use pericarp::testing::Given;
use pericarp::{
    DecodeEvent, DecodeReason, Position, RecordedEvent, Timestamp, Version, WrongExistence,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

// ANCHOR: enum_event
#[derive(Debug, PartialEq, Event, Serialize, Deserialize)]
enum DoorEvent {
    #[event(name = "door.opened", alias("door.unlocked"))]
    Opened { by: String },
    #[event(name = "door.painted", version = 2)]
    Painted(Colour),
    #[event(name = "door.closed")]
    Closed,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Colour(String);
// ANCHOR_END: enum_event

// ANCHOR: enum_aggregate
#[derive(Aggregate, Default)]
#[aggregate(category = "door", id = u32, event = DoorEvent)]
struct Door {
    is_open: bool,
}

impl Apply<DoorEvent> for Door {
    fn apply(&mut self, event: DoorEvent, _: &Meta<'_>) {
        match event {
            DoorEvent::Opened { .. } => self.is_open = true,
            DoorEvent::Closed => self.is_open = false,
            DoorEvent::Painted(_) => {}
        }
    }
}
// ANCHOR_END: enum_aggregate

// ANCHOR: must_exist
#[derive(Command)]
#[command(aggregate = Door, must_exist)]
struct Close {
    #[command(id)]
    door: u32,
}

impl Handle<Close> for Door {
    fn handle(door: &mut Root<Self>, _: &Close) -> Result<(), Self::Error> {
        if door.is_open {
            door.emit(DoorEvent::Closed);
        }
        Ok(())
    }
}
// ANCHOR_END: must_exist

// ANCHOR: creates
#[derive(Command)]
#[command(aggregate = Door, creates)]
struct Install {
    #[command(id)]
    door: u32,
}

impl Handle<Install> for Door {
    fn handle(new: New<'_, Self>, _: &Install) -> Result<(), Self::Error> {
        new.create(DoorEvent::Closed);
        Ok(())
    }
}
// ANCHOR_END: creates

// ANCHOR: accessors
fn describe(door: &Root<Door>) -> String {
    format!(
        "door {} is open: {}; version {}, of which {} uncommitted",
        Root::id(door),
        door.is_open,
        Root::version(door),
        Root::uncommitted(door),
    )
}
// ANCHOR_END: accessors

#[test]
fn the_accessors_of_a_root_are_functions() {
    let mut door = Root::<Door>::empty(7);
    door.emit(DoorEvent::Opened { by: "Ann".into() });
    assert_eq!(
        describe(&door),
        "door 7 is open: true; version 1, of which 1 uncommitted"
    );
}

#[test]
fn a_variant_is_stored_as_its_content() {
    for (event, payload) in [
        (DoorEvent::Opened { by: "Ann".into() }, r#"{"by":"Ann"}"#),
        (DoorEvent::Painted(Colour("red".into())), r#""red""#),
        (DoorEvent::Closed, "{}"),
    ] {
        let mut stored = Vec::new();
        assert!(event.encode(&mut stored).is_ok());
        assert_eq!(String::from_utf8_lossy(&stored), payload);
    }
}

#[test]
fn an_alias_reads_what_was_stored_under_a_former_name() {
    let record = stored("door.unlocked", 1, r#"{"by":"Ann"}"#);
    let event = DoorEvent::decode(&record).ok().and_then(|mut e| e.next());
    assert_eq!(event, Some(DoorEvent::Opened { by: "Ann".into() }));
    assert_eq!(event.map(|event| event.kind().name), Some("door.opened"));
}

#[test]
fn another_schema_version_is_an_error() {
    for version in [1, 3] {
        let error = DoorEvent::decode(&stored("door.painted", version, r#""red""#)).err();
        assert!(matches!(
            error.map(|error| error.reason),
            Some(DecodeReason::UnknownVersion { newest: 2, .. })
        ));
    }
}

#[test]
fn a_new_field_needs_a_default_and_an_old_one_is_passed_over() {
    let old = stored("door.opened", 1, r#"{"by":"Ann","key":7}"#);
    assert!(DoorEvent::decode(&old).is_ok());
    let old = stored("door.opened", 1, "{}");
    assert!(DoorEvent::decode(&old).is_err());
}

#[test]
fn must_exist_refuses_the_default_state() {
    Door::given(())
        .when(Close { door: 1 })
        .then_existence(WrongExistence::NotFound);
    Door::given(DoorEvent::Painted(Colour("red".into())))
        .when(Close { door: 1 })
        .then_nothing();
    Door::given(DoorEvent::Opened { by: "Ann".into() })
        .when(Close { door: 1 })
        .then(DoorEvent::Closed);
}

#[test]
fn an_aggregate_with_a_default_can_be_created_once_too() {
    Door::given(())
        .when(Install { door: 1 })
        .then(DoorEvent::Closed);
    Door::given(DoorEvent::Closed)
        .when(Install { door: 1 })
        .then_existence(WrongExistence::AlreadyExists);
}

fn stored<'a>(event_type: &'a str, schema_version: u32, data: &'a str) -> RecordedEvent<'a> {
    RecordedEvent {
        id: Uuid::nil(),
        event_type,
        schema_version,
        stream: "door-1",
        version: Version::FIRST,
        position: Position::new(1),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::EPOCH,
        data,
        metadata: "{}",
    }
}
