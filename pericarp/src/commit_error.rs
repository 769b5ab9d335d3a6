use uuid::Uuid;

use crate::{CommitId, EncodeError, EventType, InvalidName, StreamName};

/// An event that cannot go into a commit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// serde could not serialise it.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// An event that a root emitted could not be serialised, and was not applied either.
    #[error("record emitted event {event_type}: {reason}")]
    Emit {
        /// The event's stored name.
        event_type: EventType,
        /// What serde said.
        reason: String,
    },
    /// A handler emitted events and then refused the command.
    #[error(
        "record emitted events: the handler refused after it had emitted; load the aggregate again"
    )]
    Refused,
    /// A unit of work was given two roots of one aggregate, each with events of its own.
    #[error(
        "record emitted events: two roots of {stream} are in one unit of work; load an aggregate once"
    )]
    SameStreamTwice {
        /// The stream.
        stream: StreamName,
    },
    /// The id of the aggregate cannot be the key of a stream.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// Its payload is not JSON.
    #[error("add event {event_type}: its payload is not JSON")]
    Payload {
        /// The event's stored name.
        event_type: EventType,
        /// Where it stops being JSON.
        source: serde_json::Error,
    },
    /// A hand-written `Event::encode` wrote bytes that are not UTF-8.
    #[error("add event {event_type}: its payload is not UTF-8, as JSON must be")]
    Utf8 {
        /// The event's stored name.
        event_type: EventType,
    },
    /// Its metadata is not a JSON object.
    #[error("add event: its metadata is not a JSON object")]
    Metadata {
        /// Where it stops being one.
        source: serde_json::Error,
    },
    /// Schema versions start from 1.
    #[error("add event: its schema version is 0; versions start from 1")]
    SchemaVersion,
    /// The first event of a commit has the id of the commit.
    #[error(
        "add event: the first event of commit {commit_id} cannot have the id {event_id}; give the commit that id"
    )]
    FirstEventId {
        /// The commit.
        commit_id: CommitId,
        /// The id the event brought.
        event_id: Uuid,
    },
}

impl CommitError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Encode(error) => error.code(),
            Self::Emit { .. } => "event.encode",
            Self::Refused => "commit.refused",
            Self::SameStreamTwice { .. } => "commit.same_stream_twice",
            Self::Name(_) => "name.invalid",
            Self::Payload { .. } | Self::Utf8 { .. } => "commit.payload",
            Self::Metadata { .. } => "commit.metadata",
            Self::SchemaVersion => "commit.schema_version",
            Self::FirstEventId { .. } => "commit.first_event_id",
        }
    }
}
