//! Edits of events, the verdict of the lock on each, and whether the verdict is true.
//!
//! Every row is a pair of real types. The old one writes; if the new one reads all of it back as
//! it was, the edit is compatible, and if not, it breaks. Where the lock is stricter than that, the
//! row says why.

mod macros;
mod of_enums;
mod of_events;
mod of_fields;
mod of_types;

use pericarp::schema::{Checked, Difference, Mode, Schema, Verdict};
use pericarp::{DecodeEvent, Event, EventKind, Position, RecordedEvent, Timestamp, Version};
use tempfile::TempDir;
use uuid::Uuid;

pub(super) use macros::{edit, edits, edits_of_events};

/// What rows may name.
pub(super) mod scope {
    pub(crate) use std::collections::*;

    pub(crate) use pericarp::{Event, Shape, Timestamp};
    pub(crate) use serde::{Deserialize, Serialize};
    pub(crate) use serde_json::Value;
    pub(crate) use serde_json::value::RawValue;
    pub(crate) use uuid::Uuid;
}

/// An edit, what the lock says of it, and what becomes of stored events in fact.
pub(super) struct Edit {
    pub(super) name: &'static str,
    pub(super) expected: Verdict,
    /// Words that the report must have.
    pub(super) words: &'static [&'static str],
    /// Why the lock is stricter than what is stored here would need.
    pub(super) stricter: Option<&'static str>,
    pub(super) old: Schema,
    pub(super) new: Schema,
    pub(super) outcome: Outcome,
}

/// What becomes of the events that the old type wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The new type reads all, and would write what was stored, or at least nothing else.
    Kept,
    /// The new type reads all, but what it read is not all that was stored.
    Lost,
    /// The new type fails on one, or on what it writes itself.
    Unreadable,
}

impl Edit {
    fn difference(&self) -> Difference {
        self.old.difference(&self.new)
    }

    /// What is wrong with the verdict.
    fn problems(&self) -> Vec<String> {
        let difference = self.difference();
        let report = difference.to_string();
        let mut problems = Vec::new();
        let mut check = |holds: bool, problem: String| {
            if !holds {
                problems.push(format!("{}: {problem}\n{report}", self.name));
            }
        };
        let verdict = difference.verdict();
        check(
            verdict == self.expected,
            format!("{verdict}, not {}", self.expected),
        );
        for word in self.words {
            check(report.contains(word), format!("the report has no `{word}`"));
        }
        // Once it is accepted, nothing is left to be said of it.
        let folder = TempDir::new().unwrap();
        let lock = folder.path().join("events.lock");
        for schema in [&self.old, &self.new] {
            schema.check_as(&lock, Mode::Bless).unwrap();
        }
        let again = self.new.check_as(&lock, Mode::Locked);
        check(
            matches!(again, Ok(Checked::Unchanged)),
            format!("still, {again:?}"),
        );
        let text = self.new.to_string();
        check(
            Schema::parse(&text).as_ref() == Ok(&self.new),
            format!("read back otherwise: {text}"),
        );
        let outcome = self.outcome;
        let is_true = match self.expected {
            Verdict::Compatible => outcome == Outcome::Kept,
            Verdict::Note => outcome != Outcome::Unreadable,
            _ => outcome != Outcome::Kept || self.stricter.is_some(),
        };
        check(is_true, format!("in fact what is stored is {outcome:?}"));
        if self.stricter.is_some() {
            check(
                outcome == Outcome::Kept,
                "it need not be excused".to_owned(),
            );
        }
        problems
    }
}

fn all() -> Vec<Edit> {
    let mut all = of_fields::edits();
    all.extend(of_types::edits());
    all.extend(of_enums::edits());
    all.extend(of_events::edits());
    all
}

#[test]
fn the_verdict_on_every_edit_is_right_and_true() {
    let all = all();
    assert!(all.len() >= 150, "only {} edits", all.len());
    let problems: Vec<_> = all.iter().flat_map(Edit::problems).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What a stored event becomes when it is read by another type.
pub(super) fn outcome<'a, Old: Event, New: DecodeEvent<'a> + Event>(
    old: &Old,
    [bytes, again]: &'a mut [Vec<u8>; 2],
) -> Outcome {
    old.encode(bytes).unwrap();
    let stored = std::str::from_utf8(bytes).unwrap();
    let Ok(mut decoded) = New::decode(&record(old.kind(), stored)) else {
        return Outcome::Unreadable;
    };
    let Some(new) = decoded.next() else {
        return match decoded.is_known() {
            true => Outcome::Lost,
            false => Outcome::Unreadable,
        };
    };
    if new.encode(again).is_err() {
        return Outcome::Lost;
    }
    let again = std::str::from_utf8(again).unwrap();
    if New::decode(&record(new.kind(), again)).is_err() {
        return Outcome::Unreadable;
    }
    // What was read is written again: whatever was stored should be in it.
    let values = [stored, again].map(|json| serde_json::from_str(json).unwrap());
    match keeps(&values[0], &values[1]) {
        true => Outcome::Kept,
        false => Outcome::Lost,
    }
}

fn record<'a>(kind: &'a EventKind, data: &'a str) -> RecordedEvent<'a> {
    RecordedEvent {
        id: Uuid::nil(),
        event_type: kind.name,
        schema_version: kind.version,
        stream: "a-1",
        version: Version::FIRST,
        position: Position::new(1),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::EPOCH,
        data,
        metadata: "{}",
    }
}

/// Whether every value of `before` is somewhere in `after`, under the same or another name.
fn keeps(before: &serde_json::Value, after: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => before.iter().all(|(name, value)| {
            // Nothing is lost with a field that says that there is nothing.
            value.is_null()
                || after.get(name).is_some_and(|after| keeps(value, after))
                || after.values().any(|after| keeps(value, after))
        }),
        (Value::Array(before), Value::Array(after)) => {
            before.len() <= after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|(before, after)| keeps(before, after))
        }
        // A struct may be read from an array.
        (Value::Array(before), Value::Object(after)) => {
            let mut pairs = before.iter().zip(after.values());
            pairs.all(|(before, after)| keeps(before, after))
        }
        (Value::Number(before), Value::Number(after)) => before.as_f64() == after.as_f64(),
        (Value::Null, _) => true,
        (before, after) => before == after,
    }
}

#[test]
fn the_book_shows_every_edit_and_the_verdict_on_it() {
    let page = std::fs::read_to_string("../book/src/schema-lock.md").unwrap();
    let shown: Vec<_> = page
        .lines()
        .filter(|line| {
            ["| compatible |", "| note |", "| breaking |"]
                .iter()
                .any(|end| line.ends_with(end))
        })
        .collect();
    let rows = all()
        .into_iter()
        .map(|edit| format!("| {} | {} |", edit.name, edit.expected));
    let rows: Vec<_> = rows.collect();
    assert!(shown == rows, "the table should be:\n{}", rows.join("\n"));
}
