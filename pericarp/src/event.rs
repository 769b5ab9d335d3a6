use crate::EventType;

/// A fact: something that happened, under the name and version it is stored with.
///
/// Derive it: `#[derive(Event, Serialize, Deserialize)]`. The payload is whatever serde makes of
/// the type, as JSON; the name and the schema version are stored beside it.
///
/// ```
/// use pericarp::Event;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.deposited", version = 2)]
/// struct Deposited { cents: i64 }
///
/// let kind = Deposited { cents: 5 }.kind();
/// assert_eq!((kind.name, kind.version), ("account.deposited", 2));
/// ```
#[diagnostic::on_unimplemented(
    message = "derive `Event` for `{Self}`, which is not an event",
    label = "not an event",
    note = "write `#[derive(Event, Serialize, Deserialize)] #[event(name = \"noun.verbed\")]`"
)]
pub trait Event {
    /// The kinds of event this type stores: one for a struct, one per variant of an enum.
    const KINDS: &'static [EventKind];

    /// The kind of this event.
    fn kind(&self) -> &'static EventKind;

    /// Writes the payload, as JSON, to the end of `out`.
    ///
    /// # Errors
    /// [`EncodeError`] if serde cannot serialise the value; `out` may then hold a part of it.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

/// One kind of event: its stored name, its current schema version and its former names.
///
/// ```
/// use pericarp::EventKind;
///
/// const KIND: EventKind = EventKind::new("account.opened", 1, &[]);
/// assert!(KIND.is_named("account.opened"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventKind {
    /// The name new events are stored under, a valid [`EventType`].
    pub name: &'static str,
    /// The schema version new events are stored with, from 1.
    pub version: u32,
    /// Names that older events of this kind may have been stored under.
    pub aliases: &'static [&'static str],
    /// Older events of other kinds, a part of which is of this kind today.
    pub splits: &'static [Split],
}

/// An older event that is split: what it said is said by several events today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Split {
    /// The name it is stored under.
    pub name: &'static str,
    /// The last schema version it had.
    pub version: u32,
}

impl Split {
    /// Describes an event that is split.
    ///
    /// # Panics
    /// If the name is not a valid [`EventType`] or the version is 0; in a `const` that is a
    /// compile error.
    pub const fn new(name: &'static str, version: u32) -> Self {
        EventType::assert_valid(name);
        assert!(version > 0, "schema versions start from 1");
        Self { name, version }
    }
}

impl EventKind {
    /// Describes a kind of event.
    ///
    /// # Panics
    /// If the name is not a valid [`EventType`] or the version is 0; in a `const` that is a
    /// compile error.
    pub const fn new(name: &'static str, version: u32, aliases: &'static [&'static str]) -> Self {
        EventType::assert_valid(name);
        assert!(version > 0, "schema versions start from 1");
        Self {
            name,
            version,
            aliases,
            splits: &[],
        }
    }

    /// Adds the older events that it takes a part of.
    #[must_use]
    pub const fn split_from(mut self, splits: &'static [Split]) -> Self {
        self.splits = splits;
        self
    }

    /// The name new events are stored under.
    pub const fn event_type(&self) -> EventType {
        EventType::assume_valid(self.name)
    }

    /// Whether events stored under `name` are of this kind.
    pub fn is_named(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// An event that cannot be written: serde could not serialise it.
#[derive(Debug, thiserror::Error)]
#[error("encode event {event_type}")]
#[non_exhaustive]
pub struct EncodeError {
    /// The event's stored name.
    pub event_type: EventType,
    /// What serde said.
    pub source: serde_json::Error,
}

impl EncodeError {
    pub(crate) fn new(kind: &EventKind, source: serde_json::Error) -> Self {
        Self {
            event_type: kind.event_type(),
            source,
        }
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "event.encode"
    }
}
