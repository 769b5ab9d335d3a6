//! What is done about events that cannot be read.

use pericarp::prelude::*;
use pericarp::{Pericarp, Policy, Root, StreamName, Unread, replay};
use serde::{Deserialize, Serialize};

use super::{Stored, append, record};
use crate::on_every_store::on_every_store;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "gauge.read", version = 2, upcast(1 => u64))]
struct Measured {
    value: u64,
}

impl From<u64> for Measured {
    fn from(value: u64) -> Self {
        Self { value }
    }
}

macro_rules! gauge {
    ($name:ident, $($words:tt)*) => {
        #[derive(Aggregate, Default, Debug)]
        #[aggregate(category = "gauge", id = u64, events(Measured), $($words)*)]
        struct $name(u64);

        impl Apply<Measured> for $name {
            fn apply(&mut self, event: Measured, _: &Meta<'_>) {
                self.0 += event.value;
            }
        }
    };
}

gauge!(Strict, dropped("gauge.painted"),);
gauge!(Tolerant, unknown = skip);
gauge!(Patient, newer = skip);
gauge!(
    Easy,
    unknown = skip,
    dropped("gauge.painted", "gauge.hung"),
    newer = skip
);

const KNOWN: Stored<'static> = ("gauge.read", 2, r#"{"value":5}"#);
const OLD: Stored<'static> = ("gauge.read", 1, "5");
const TOO_OLD: Stored<'static> = ("gauge.read", 0, "5");
const BROKEN: Stored<'static> = ("gauge.read", 2, r#"{"value":"five"}"#);
const NEWER: Stored<'static> = ("gauge.read", 3, r#"{"value":{"of":5}}"#);
const UNKNOWN: Stored<'static> = ("gauge.melted", 1, "{}");
const DROPPED: Stored<'static> = ("gauge.painted", 9, "\"red\"");

/// Replays one event: why it was passed over, or the code of an error.
fn outcome<A: Aggregate>(stored: Stored<'_>) -> Result<Option<Unread>, &'static str> {
    replay::<A>(&mut None, &record(stored)).map_err(|error| error.code())
}

#[test]
fn the_default_stops_and_each_policy_skips_its_own() {
    let check = |stored, strict, tolerant, patient, easy| {
        assert_eq!(outcome::<Strict>(stored), strict);
        assert_eq!(outcome::<Tolerant>(stored), tolerant);
        assert_eq!(outcome::<Patient>(stored), patient);
        assert_eq!(outcome::<Easy>(stored), easy);
    };
    let (read, skipped) = (Ok(None), |reason| Ok(Some(reason)));
    let (unknown, newer) = (Err("event.unknown_type"), Err("event.unknown_version"));
    check(KNOWN, read, read, read, read);
    check(OLD, read, read, read, read);
    let skip = skipped(Unread::Unknown);
    check(UNKNOWN, unknown, skip, unknown, skip);
    let skip = skipped(Unread::Newer);
    check(NEWER, newer, newer, skip, skip);
    let skip = skipped(Unread::Dropped);
    check(
        DROPPED,
        skip,
        skip.and(skipped(Unread::Unknown)),
        unknown,
        skip,
    );
    // What is known and cannot be read is never passed over.
    check(TOO_OLD, newer, newer, newer, newer);
    let broken = Err("event.payload");
    check(BROKEN, broken, broken, broken, broken);
}

#[test]
fn policies_are_constants_of_the_aggregate() {
    assert_eq!(
        (Strict::UNKNOWN, Strict::NEWER, Strict::DROPPED),
        (Policy::Stop, Policy::Stop, &["gauge.painted"][..])
    );
    assert_eq!((Easy::UNKNOWN, Easy::NEWER), (Policy::Skip, Policy::Skip));
}

#[derive(Aggregate, Debug)]
#[aggregate(category = "gauge", id = u64, created_by(Measured), unknown = skip)]
struct Created;

impl Create<Measured> for Created {
    fn create(_: Measured, _: &Meta<'_>) -> Self {
        Self
    }
}

on_every_store! {
    async fn what_is_skipped_is_counted(store) {
        let gauge = StreamName::new("gauge", 1).unwrap();
        append(&store, gauge, &[UNKNOWN, KNOWN, DROPPED, NEWER, OLD, UNKNOWN, UNKNOWN]).await;
        let app = Pericarp::new(store);
        let root = app.load::<Easy>(&1).await.unwrap().unwrap();
        let skipped = Root::skipped(&root);
        assert_eq!((skipped.dropped, skipped.unknown, skipped.newer), (1, 3, 1));
        assert_eq!(skipped.total(), 5);
        assert_eq!((root.0, Root::version(&root).get()), (10, 7));
        assert!(app.load::<Strict>(&1).await.is_err());
    }

    async fn a_stream_of_which_all_was_skipped_still_has_its_version(store) {
        let gauge = StreamName::new("gauge", 1).unwrap();
        append(&store, gauge, &[UNKNOWN, UNKNOWN]).await;
        let app = Pericarp::new(store);
        // An aggregate with a default starts from it, behind what is there.
        let mut root = app.load::<Easy>(&1).await.unwrap().unwrap();
        assert_eq!(Root::version(&root).get(), 2);
        root.emit(Measured { value: 3 });
        app.repository::<Easy>().save(&mut root).await.unwrap();
        // Another cannot exist, and cannot be created either.
        let gauge = StreamName::new("gauge", 2).unwrap();
        append(app.store(), gauge, &[UNKNOWN]).await;
        let error = app.load::<Created>(&2).await.unwrap_err();
        assert_eq!(error.code(), "aggregate.nothing_left");
        assert_eq!(
            error.to_string(),
            "gauge 2 has 1 events, and none that creates it: all of them were passed over"
        );
    }
}
