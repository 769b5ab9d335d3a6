use uuid::Uuid;

use crate::{EventType, Position, RecordedEvent, Version};

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
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event, Serialize, Deserialize)] #[event(name = \"noun.verbed\")]`"
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

/// An event that can be read back, borrowing from the stored bytes for `'de` where it can.
///
/// Implemented by `#[derive(Event)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be decoded from the log",
    label = "not an event that can be decoded",
    note = "derive it: `#[derive(Event, Serialize, Deserialize)] #[event(name = \"noun.verbed\")]`"
)]
pub trait DecodeEvent<'de>: Event + Sized {
    /// Decodes a stored event; `None` if its type is none of [`Event::KINDS`].
    ///
    /// # Errors
    /// [`DecodeError`] if the type is known and the schema version or the payload is not.
    fn decode(record: &RecordedEvent<'de>) -> Result<Option<Self>, DecodeError>;
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
        }
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

/// A stored event that cannot be read as the type that was asked for.
///
/// Nothing is lost: the event is in the log, at the place the error names.
#[derive(Debug, thiserror::Error)]
#[error(
    "decode event {event_type} v{schema_version} ({event_id}) at {stream} version {version}, position {position}"
)]
#[non_exhaustive]
pub struct DecodeError {
    /// Why.
    #[source]
    pub reason: DecodeReason,
    /// The event's stored name.
    pub event_type: String,
    /// The schema version it was stored with.
    pub schema_version: u32,
    /// Its id.
    pub event_id: Uuid,
    /// Its stream.
    pub stream: String,
    /// Its place in the stream.
    pub version: Version,
    /// Its place in the log.
    pub position: Position,
}

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeReason {
    /// The type is none that the reader knows: list it, or alias its new name.
    #[error("no event of this name is known here; list it, or give its new name an alias")]
    UnknownType,
    /// The schema version is not one the type can read.
    #[error("{}", version_text(*.stored, *.supported))]
    UnknownVersion {
        /// The version that was stored.
        stored: u32,
        /// The version the type has.
        supported: u32,
    },
    /// The payload is not what the type says.
    #[error("its payload is not what the type says")]
    Payload(#[source] serde_json::Error),
}

fn version_text(stored: u32, supported: u32) -> String {
    if stored > supported {
        format!(
            "this build reads version {supported} of it; deploy the build that knows version {stored}"
        )
    } else {
        format!("this build reads version {supported} of it, and no longer version {stored}")
    }
}

impl DecodeError {
    /// Says why `record` cannot be read.
    #[cold]
    pub fn new(record: &RecordedEvent<'_>, reason: DecodeReason) -> Self {
        Self {
            reason,
            event_type: record.event_type.into(),
            schema_version: record.schema_version,
            event_id: record.id,
            stream: record.stream.into(),
            version: record.version,
            position: record.position,
        }
    }

    /// Says that nobody knows the type of `record`.
    #[cold]
    pub fn unknown_type(record: &RecordedEvent<'_>) -> Self {
        Self::new(record, DecodeReason::UnknownType)
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self.reason {
            DecodeReason::UnknownType => "event.unknown_type",
            DecodeReason::UnknownVersion { .. } => "event.unknown_version",
            DecodeReason::Payload(_) => "event.payload",
        }
    }
}
