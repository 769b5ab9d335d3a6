//! Older events that are read as types the lock cannot see into.

use pericarp::schema::{Checked, Mode, Schema};
use pericarp::{Event, Shape};
use serde::{Deserialize, Serialize};

use super::lock::Lock;

const FIRST: &str = "event box.closed v1 struct\n  at: u64\n";

mod plain {
    use super::*;

    #[derive(Deserialize)]
    struct V1 {
        at: u64,
    }

    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "box.closed", version = 2, upcast(1 => V1))]
    struct Closed {
        second: u64,
    }

    impl From<V1> for Closed {
        fn from(old: V1) -> Self {
            Self { second: old.at }
        }
    }

    pub(super) fn schema() -> Schema {
        pericarp::schema![Closed]
    }
}

mod described {
    use super::*;

    #[derive(Deserialize, Shape)]
    struct V1 {
        at: u64,
    }

    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "box.closed", version = 2, upcast(1 => V1))]
    struct Closed {
        second: u64,
    }

    impl From<V1> for Closed {
        fn from(old: V1) -> Self {
            Self { second: old.at }
        }
    }

    pub(super) fn schema() -> Schema {
        pericarp::schema![Closed]
    }
}

/// Two events, each of which reads an older one as a type of its own.
mod twofold {
    use super::*;

    #[derive(Deserialize, Shape)]
    struct ForDate {
        at: u64,
    }

    #[derive(Deserialize, Shape)]
    struct ForNote {
        at: Option<u64>,
    }

    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "box.dated", split_from("box.closed", 1 => ForDate))]
    struct Dated {
        second: u64,
    }

    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "box.noted", split_from("box.closed", 1 => ForNote))]
    struct Noted {
        second: Option<u64>,
    }

    impl From<ForDate> for Option<Dated> {
        fn from(old: ForDate) -> Self {
            Some(Dated { second: old.at })
        }
    }

    impl From<ForNote> for Option<Noted> {
        fn from(old: ForNote) -> Self {
            Some(Noted { second: old.at })
        }
    }

    pub(super) fn schema() -> Schema {
        pericarp::schema![Dated, Noted]
    }
}

#[test]
fn is_to_note_until_it_is_accepted_and_the_file_says_so() {
    let lock = Lock::new(FIRST);
    let error = plain::schema()
        .check_as(&lock.path, Mode::Record)
        .unwrap_err();
    assert_eq!(error.code(), "schema.note");
    assert!(
        error.to_string().contains("derive `Shape` for `V1`"),
        "{error}"
    );
    plain::schema().check_as(&lock.path, Mode::Bless).unwrap();
    assert!(
        lock.text().contains("event box.closed v1 struct unseen\n"),
        "{}",
        lock.text()
    );
    let again = plain::schema().check_as(&lock.path, Mode::Locked);
    assert_eq!(again.unwrap(), Checked::Unchanged);
}

#[test]
fn once_it_has_a_shape_it_is_held_against_what_was_locked() {
    let lock = Lock::new(FIRST);
    plain::schema().check_as(&lock.path, Mode::Bless).unwrap();
    described::schema()
        .check_as(&lock.path, Mode::Record)
        .unwrap();
    assert!(!lock.text().contains("unseen"), "{}", lock.text());
    // And a shape that is taken away again is to note again.
    let error = plain::schema().check_as(&lock.path, Mode::Record);
    assert_eq!(error.unwrap_err().code(), "schema.note");

    let other = Lock::new("event box.closed v1 struct\n  at: String\n");
    plain::schema().check_as(&other.path, Mode::Bless).unwrap();
    let error = described::schema().check_as(&other.path, Mode::Record);
    assert_eq!(error.unwrap_err().code(), "schema.breaking");
}

#[test]
fn what_is_read_as_several_types_is_no_clash_and_is_to_note() {
    let lock = Lock::new(FIRST);
    let error = twofold::schema()
        .check_as(&lock.path, Mode::Record)
        .unwrap_err();
    assert_eq!(error.code(), "schema.note");
    assert!(error.to_string().contains("read it as one type"), "{error}");
    twofold::schema().check_as(&lock.path, Mode::Bless).unwrap();
    let again = twofold::schema().check_as(&lock.path, Mode::Locked);
    assert_eq!(again.unwrap(), Checked::Unchanged);
}
