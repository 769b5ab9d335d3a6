//! A schema, held against a file.

use std::fs;
use std::path::{Path, PathBuf};

use pericarp::schema::{Checked, LockError, Mode, Schema, Verdict};
use tempfile::TempDir;

/// A folder with a lock file, if `text` is not empty.
pub(super) struct Lock {
    _folder: TempDir,
    pub(super) path: PathBuf,
}

impl Lock {
    pub(super) fn new(events: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("events.lock");
        if !events.is_empty() {
            fs::write(&path, schema(events).to_string()).unwrap();
        }
        Self {
            _folder: folder,
            path,
        }
    }

    pub(super) fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap_or_default()
    }

    pub(super) fn check(&self, events: &str, mode: Mode) -> Result<Checked, LockError> {
        schema(events).check_as(&self.path, mode)
    }
}

pub(super) fn schema(events: &str) -> Schema {
    Schema::parse(&format!("lock 1\n{events}")).unwrap()
}

const BEFORE: &str = "event a.b v1 struct\n  n: u8\n";
const ADDITIVE: &str = "event a.b v1 struct\n  n: u8\n  note: Option<String>\n";
const NOTED: &str = "event a.b v1 struct\n";
const BREAKING: &str = "event a.b v1 struct\n  n: u8\n  m: u8\n";

#[test]
fn without_a_file_a_check_fails_and_a_blessing_writes_it() {
    for mode in [Mode::Record, Mode::Locked] {
        let lock = Lock::new("");
        let error = lock.check(BEFORE, mode).unwrap_err();
        assert_eq!(error.code(), "schema.missing");
        assert!(
            error.to_string().contains("PERICARP_BLESS=1 cargo test"),
            "{error}"
        );
        assert_eq!(lock.text(), "");
    }
    let lock = Lock::new("");
    assert!(matches!(
        lock.check(BEFORE, Mode::Bless),
        Ok(Checked::Written(_))
    ));
    assert_eq!(lock.text(), schema(BEFORE).to_string());
    assert_eq!(
        lock.check(BEFORE, Mode::Locked).unwrap(),
        Checked::Unchanged
    );
}

#[test]
fn what_is_compatible_is_recorded_and_must_be_recorded_in_ci() {
    let lock = Lock::new(BEFORE);
    let error = lock.check(ADDITIVE, Mode::Locked).unwrap_err();
    assert_eq!(error.code(), "schema.behind");
    assert!(
        error.to_string().contains("commit the lock file"),
        "{error}"
    );
    assert_eq!(lock.text(), schema(BEFORE).to_string());

    let Checked::Written(difference) = lock.check(ADDITIVE, Mode::Record).unwrap() else {
        panic!("nothing was written");
    };
    assert_eq!(difference.verdict(), Verdict::Compatible);
    assert_eq!(lock.text(), schema(ADDITIVE).to_string());
    assert_eq!(
        lock.check(ADDITIVE, Mode::Locked).unwrap(),
        Checked::Unchanged
    );
}

/// If a check did not record what is compatible, this field would never be in the file, and
/// nobody would notice that events with it are stored.
#[test]
fn a_field_that_was_added_is_guarded_from_then_on() {
    let lock = Lock::new(BEFORE);
    lock.check(ADDITIVE, Mode::Record).unwrap();
    let error = lock.check(
        "event a.b v1 struct\n  n: u8\n  note: Option<u8>\n",
        Mode::Record,
    );
    assert_eq!(error.unwrap_err().code(), "schema.breaking");
}

#[test]
fn what_is_to_note_or_breaks_is_accepted_by_a_blessing_alone() {
    for (after, code) in [(NOTED, "schema.note"), (BREAKING, "schema.breaking")] {
        let lock = Lock::new(BEFORE);
        for mode in [Mode::Record, Mode::Locked] {
            assert_eq!(lock.check(after, mode).unwrap_err().code(), code);
            assert_eq!(lock.text(), schema(BEFORE).to_string());
        }
        lock.check(after, Mode::Bless).unwrap();
        assert_eq!(lock.check(after, Mode::Locked).unwrap(), Checked::Unchanged);
    }
}

#[test]
fn a_removed_field_is_remembered_for_its_name_is_taken() {
    let lock = Lock::new("event a.b v1 struct\n  n: u8\n  t: T\n  type T = u8\n");
    lock.check("event a.b v1 struct\n", Mode::Bless).unwrap();
    assert!(
        lock.text()
            .ends_with("struct\n  was n: u8\n  was t: opaque(\"T\")\n"),
        "{}",
        lock.text()
    );
    // Nothing is left to be said of it.
    assert_eq!(
        lock.check("event a.b v1 struct\n", Mode::Locked).unwrap(),
        Checked::Unchanged
    );

    let again = "event a.b v1 struct\n  n: Option<String>\n";
    let error = lock.check(again, Mode::Record).unwrap_err();
    assert_eq!(error.code(), "schema.breaking");
    assert!(
        error.to_string().contains("stored when `n` was u8"),
        "{error}"
    );
    let as_it_was = "event a.b v1 struct\n  n: Option<u8>\n";
    assert!(lock.check(as_it_was, Mode::Record).is_ok());
    assert!(
        lock.text()
            .ends_with("struct\n  n: Option<u8>\n  was t: opaque(\"T\")\n"),
        "{}",
        lock.text()
    );

    let strict = "event a.b v1 struct deny_unknown_fields\n  n: Option<u8>\n";
    assert_eq!(
        lock.check(strict, Mode::Record).unwrap_err().code(),
        "schema.breaking"
    );
}

#[test]
fn a_field_that_moved_into_a_flattened_struct_is_not_gone() {
    let lock = Lock::new(BEFORE);
    let moved = "event a.b v1 struct\n  p: P flatten\n  type P struct\n    n: u8\n";
    lock.check(moved, Mode::Record).unwrap();
    assert_eq!(lock.text(), schema(moved).to_string());
}

#[test]
fn a_version_that_is_still_read_stays_in_the_file() {
    let lock = Lock::new(BEFORE);
    let raised = "event a.b v2 struct reads(v1)\n  m: u8\n";
    lock.check(raised, Mode::Record).unwrap();
    assert_eq!(
        lock.text(),
        schema(&format!("{BEFORE}\n{raised}")).to_string()
    );
    assert_eq!(
        lock.check(raised, Mode::Locked).unwrap(),
        Checked::Unchanged
    );

    let forgot = "event a.b v2 struct\n  m: u8\n";
    let error = lock.check(forgot, Mode::Record).unwrap_err();
    assert_eq!(error.code(), "schema.breaking");
    assert!(error.to_string().contains("upcast(1 => BV1)"), "{error}");

    // What it is read as is described: it must not change either.
    let described = format!("{BEFORE}\n{raised}").replace("n: u8", "n: u16");
    lock.check(&described, Mode::Record).unwrap();
    let narrower = described.replace("n: u16", "n: u8");
    assert_eq!(
        lock.check(&narrower, Mode::Record).unwrap_err().code(),
        "schema.breaking"
    );
}

#[test]
fn what_is_dropped_or_split_on_purpose_is_known_to_be_stored_still() {
    let lock = Lock::new(BEFORE);
    let dropped = "dropped a.b\nevent c.d v1 unit\n";
    let error = lock.check(dropped, Mode::Record).unwrap_err();
    assert_eq!(error.code(), "schema.note");
    assert!(error.to_string().contains("~ event -> dropped"), "{error}");
    lock.check(dropped, Mode::Bless).unwrap();
    let both = format!("dropped a.b\n\n{BEFORE}\nevent c.d v1 unit\n");
    assert_eq!(lock.text(), schema(&both).to_string());
    assert_eq!(
        lock.check(dropped, Mode::Locked).unwrap(),
        Checked::Unchanged
    );
    let error = lock.check("event c.d v1 unit\n", Mode::Record).unwrap_err();
    assert!(error.to_string().contains("event.unknown_type"), "{error}");
    // The name is taken: what is stored under it is another event.
    let reused = "event a.b v1 struct\n  m: u8\nevent c.d v1 unit\n";
    assert_eq!(
        lock.check(reused, Mode::Record).unwrap_err().code(),
        "schema.breaking"
    );

    // Of one that was never locked nothing but the name is known.
    let lock = Lock::new("event c.d v1 unit\n");
    let error = lock.check(dropped, Mode::Locked).unwrap_err();
    assert_eq!(error.code(), "schema.behind");
    assert!(error.to_string().contains("+ dropped"), "{error}");
    lock.check(dropped, Mode::Record).unwrap();
    let error = lock.check("event c.d v1 unit\n", Mode::Record).unwrap_err();
    assert!(
        error.to_string().contains("keep `dropped(\"a.b\")`"),
        "{error}"
    );

    let lock = Lock::new(BEFORE);
    let split =
        "event c.d v1 unit split_from(\"a.b\", v1)\nevent e.f v1 unit split_from(\"a.b\", v1)\n";
    lock.check(split, Mode::Record).unwrap();
    assert!(
        lock.text().contains("event a.b v1 struct"),
        "{}",
        lock.text()
    );
    assert_eq!(lock.check(split, Mode::Locked).unwrap(), Checked::Unchanged);
    let error = lock
        .check("event c.d v1 unit\nevent e.f v1 unit\n", Mode::Record)
        .unwrap_err();
    assert_eq!(error.code(), "schema.breaking");
}

#[test]
fn a_spoilt_file_is_refused_and_a_blessing_writes_it_anew() {
    let lock = Lock::new(BEFORE);
    let spoilt = lock.text().replace("v1", "one");
    fs::write(&lock.path, &spoilt).unwrap();
    let error = lock.check(BEFORE, Mode::Record).unwrap_err();
    assert_eq!(error.code(), "schema.parse");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "line 6: `one` is not a number that can stand here");
    assert_eq!(lock.text(), spoilt);
    lock.check(BEFORE, Mode::Bless).unwrap();
    assert_eq!(lock.text(), schema(BEFORE).to_string());
}

#[test]
fn what_cannot_be_read_or_written_is_an_error_that_names_the_file() {
    let lock = Lock::new("");
    fs::create_dir(&lock.path).unwrap();
    let error = lock.check(BEFORE, Mode::Record).unwrap_err();
    assert_eq!(error.code(), "schema.read");
    assert!(error.to_string().contains("events.lock"), "{error}");

    let nowhere = Path::new("/no/such/folder/events.lock");
    let error = schema(BEFORE).check_as(nowhere, Mode::Bless).unwrap_err();
    assert_eq!(error.code(), "schema.write");
}

#[test]
fn the_environment_says_what_a_check_may_do() {
    let check = |bless, ci, expected| {
        assert_eq!(
            Mode::from_vars(bless, ci).ok(),
            expected,
            "{bless:?} {ci:?}"
        );
    };
    check(None, None, Some(Mode::Record));
    check(Some("1"), None, Some(Mode::Bless));
    check(Some("true"), Some(""), Some(Mode::Bless));
    check(Some("0"), None, Some(Mode::Record));
    check(Some("false"), Some("false"), Some(Mode::Record));
    check(None, Some("true"), Some(Mode::Locked));
    check(Some(""), Some("1"), Some(Mode::Locked));
    check(Some("1"), Some("true"), None);
    let error = Mode::from_vars(Some("1"), Some("1")).unwrap_err();
    assert_eq!(error.code(), "schema.bless_in_ci");
}

#[test]
fn two_events_of_one_name_are_an_error_before_anything_is_compared() {
    mod events {
        use pericarp::Event;
        use serde::{Deserialize, Serialize};

        #[derive(Event, Serialize, Deserialize)]
        #[event(name = "a.b")]
        pub(super) struct One {
            n: u8,
        }
        #[derive(Event, Serialize, Deserialize)]
        #[event(name = "a.c", alias("a.b"))]
        pub(super) struct Other {
            n: u8,
        }
    }
    let lock = Lock::new("");
    // The same event twice is one.
    let twice = pericarp::schema![events::One, events::One];
    assert!(twice.check_as(&lock.path, Mode::Bless).is_ok());
    let clash = pericarp::schema![events::One, events::Other];
    let error = clash.check_as(&lock.path, Mode::Bless).unwrap_err();
    assert_eq!(error.code(), "schema.clash");
    assert!(
        error
            .to_string()
            .contains("a.b v1 and a.c v1 are both read from events stored as `a.b`"),
        "{error}"
    );
}
