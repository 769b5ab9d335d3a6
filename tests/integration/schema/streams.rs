//! Which events are read from the streams of which aggregates.

use pericarp::prelude::*;
use pericarp::schema::{Schema, Verdict};
use pericarp::store::MemoryStore;
use pericarp::{Pericarp, Root};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "box.opened")]
struct Opened {}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "box.noted", alias("box.said"))]
struct Noted {}

/// One aggregate that lists these events, with these other words.
macro_rules! aggregate {
    ($name:ident, $category:literal, [$($event:ident),*] $(, $word:ident($text:literal))?) => {
        #[derive(Aggregate, Debug, Default)]
        #[aggregate(category = $category, id = u64, events($($event),*) $(, $word($text))?)]
        struct $name;

        $(impl Apply<$event> for $name {
            fn apply(&mut self, _: $event, _: &Meta<'_>) {}
        })*
    };
}

/// How the events were read.
mod before {
    use super::*;

    aggregate!(Carton, "box", [Opened, Noted]);
    aggregate!(Crate, "crate", [Opened]);

    pub(super) fn schema() -> Schema {
        pericarp::schema![Carton, Crate]
    }

    /// A store with a stream of each event.
    pub(super) async fn store() -> MemoryStore {
        let store = MemoryStore::new();
        let app = Pericarp::new(store.clone());
        let mut carton = Root::<Carton>::empty(1);
        carton.emit(Opened {});
        carton.emit(Noted {});
        app.repository().save(&mut carton).await.unwrap();
        store
    }
}

#[track_caller]
fn check(build: &Schema, verdict: Verdict, words: &[&str]) {
    let difference = before::schema().difference(build);
    assert_eq!(difference.verdict(), verdict, "{difference}");
    let report = difference.to_string();
    for word in words {
        assert!(report.contains(word), "no `{word}` in: {report}");
    }
}

#[test]
fn the_lock_file_says_which_events_an_aggregate_reads() {
    let text = before::schema().to_string();
    let expected = "\
lock 1

aggregate box
  box.noted
  box.opened
  box.said

aggregate crate
  box.opened

event box.noted v1 struct";
    assert!(text.contains(expected), "{text}");
    let parsed = Schema::parse(&text).unwrap();
    assert_eq!(parsed, before::schema());
    check(&parsed, Verdict::Compatible, &["no event has changed"]);
}

/// The event is known as before, and no shape has changed.
#[tokio::test]
async fn an_event_that_an_aggregate_lists_no_more_breaks_its_streams() {
    aggregate!(Carton, "box", [Opened]);
    aggregate!(Crate, "crate", [Opened, Noted]);
    check(
        &pericarp::schema![Carton, Crate],
        Verdict::Breaking,
        &[
            "aggregate box\n  - box.noted  [breaking]",
            "event.unknown_type",
            "`dropped(\"box.noted\")`",
            "aggregate crate\n  + box.noted  [compatible]",
        ],
    );
    let app = Pericarp::new(before::store().await);
    let error = app.load::<Carton>(&1).await.unwrap_err();
    assert_eq!(error.code(), "event.unknown_type");
}

#[tokio::test]
async fn an_event_that_an_aggregate_drops_does_not() {
    aggregate!(Carton, "box", [Opened], dropped("box.noted"));
    aggregate!(Crate, "crate", [Opened, Noted]);
    let build = pericarp::schema![Carton, Crate];
    let difference = before::schema().difference(&build);
    assert!(
        !difference.to_string().contains("- box.noted  [breaking]"),
        "{difference}"
    );
    let app = Pericarp::new(before::store().await);
    assert!(app.load::<Carton>(&1).await.unwrap().is_some());
}

#[tokio::test]
async fn another_category_finds_no_stream() {
    aggregate!(Carton, "carton", [Opened, Noted]);
    aggregate!(Crate, "crate", [Opened]);
    check(
        &pericarp::schema![Carton, Crate],
        Verdict::Breaking,
        &[
            "aggregate box\n  - aggregate  [breaking]",
            "keep `category = \"box\"`",
            "aggregate carton\n  + aggregate  [compatible]",
        ],
    );
    let app = Pericarp::new(before::store().await);
    assert!(app.load::<Carton>(&1).await.unwrap().is_none());
}

#[test]
fn two_aggregates_of_a_category_read_what_either_lists() {
    aggregate!(Opener, "box", [Opened]);
    aggregate!(Noter, "box", [Noted]);
    aggregate!(Crate, "crate", [Opened]);
    check(
        &pericarp::schema![Opener, Noter, Crate],
        Verdict::Compatible,
        &["no event has changed"],
    );
}

#[test]
fn a_lock_file_without_aggregates_takes_them_in() {
    let events = pericarp::schema![Opened, Noted];
    let difference = events.difference(&before::schema());
    assert_eq!(difference.verdict(), Verdict::Compatible);
    assert!(
        difference.to_string().contains("+ aggregate"),
        "{difference}"
    );
}
