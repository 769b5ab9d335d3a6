use uuid::Uuid;

use crate::{Position, RecordedEvent, Version};

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
    pub event_type: Box<str>,
    /// The schema version it was stored with.
    pub schema_version: u32,
    /// Its id.
    pub event_id: Uuid,
    /// Its stream.
    pub stream: Box<str>,
    /// Its place in the stream.
    pub version: Version,
    /// Its place in the log.
    pub position: Position,
}

/// What an application says of a value that it cannot convert.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeReason {
    /// The type is none that the reader knows: list it, or alias its new name.
    #[error("no event of this name is known here; list it, give its new name an alias, or drop it")]
    UnknownType,
    /// The schema version is not one the type can read.
    #[error("{}", version_text(*.stored, *.oldest, *.newest))]
    UnknownVersion {
        /// The version that was stored.
        stored: u32,
        /// The oldest version the type can read.
        oldest: u32,
        /// The version the type has.
        newest: u32,
    },
    /// The payload is not what the type says.
    #[error("its payload is not what the type says")]
    Payload(#[source] serde_json::Error),
    /// A step to the next schema version refused the value.
    #[error("version {from} of it could not be made version {to}")]
    Upcast {
        /// The version before the step.
        from: u32,
        /// The version behind it.
        to: u32,
        /// What the step said.
        source: Cause,
    },
    /// An event that is split refused to give its part.
    #[error("it could not be split into {into}")]
    Split {
        /// The stored name of an event that takes a part.
        into: &'static str,
        /// What the conversion said.
        source: Cause,
    },
}

fn version_text(stored: u32, oldest: u32, newest: u32) -> String {
    let read = if oldest == newest {
        format!("version {newest}")
    } else {
        format!("versions {oldest} to {newest}")
    };
    if stored > newest {
        format!("this build reads {read} of it; deploy the build that knows version {stored}")
    } else {
        format!("this build reads {read} of it, and no longer version {stored}")
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

    /// Says that `record` was stored with another version than the type reads.
    #[cold]
    pub(crate) fn unknown_version(record: &RecordedEvent<'_>, oldest: u32, newest: u32) -> Self {
        let stored = record.schema_version;
        let reason = DecodeReason::UnknownVersion {
            stored,
            oldest,
            newest,
        };
        Self::new(record, reason)
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self.reason {
            DecodeReason::UnknownType => "event.unknown_type",
            DecodeReason::UnknownVersion { .. } => "event.unknown_version",
            DecodeReason::Payload(_) => "event.payload",
            DecodeReason::Upcast { .. } => "event.upcast",
            DecodeReason::Split { .. } => "event.split",
        }
    }
}
