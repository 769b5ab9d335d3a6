use uuid::Uuid;

use crate::store::StoreFault;
use crate::{Position, RecordedEvent, Timestamp, Version};

/// Why a batch was not, or may not have been, stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BulkError {
    /// An event does not go with the log. Nothing of the batch was stored.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store is closed. Nothing was stored.
    #[error("append recorded events: the store is closed")]
    Closed,
    /// The store failed. Nothing was stored.
    #[error("append recorded events: the store failed, and nothing was stored")]
    Failed {
        /// What it said.
        source: StoreFault,
    },
    /// The store failed, and may or may not have stored the batch.
    #[error(
        "append recorded events: the outcome is unknown; append them again, what is stored is skipped"
    )]
    OutcomeUnknown {
        /// What it said.
        source: StoreFault,
    },
}

impl BulkError {
    /// Whether it is certain that nothing was stored.
    pub const fn outcome_is_known(&self) -> bool {
        !matches!(self, Self::OutcomeUnknown { .. })
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.reason.code(),
            Self::Closed => "bulk.closed",
            Self::Failed { .. } => "bulk.failed",
            Self::OutcomeUnknown { .. } => "bulk.outcome_unknown",
        }
    }
}

/// The event of a batch that does not go with the log, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {event_id}, version {version} of stream {stream} at position {position}: {reason}")]
#[non_exhaustive]
pub struct Refused {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Its id.
    pub event_id: Uuid,
    /// Its stream.
    pub stream: String,
    /// Its version.
    pub version: Version,
    /// The position it has in the batch.
    pub position: Position,
    /// Why it was refused.
    pub reason: Reason,
}

impl Refused {
    /// Says that the event at `index` of a batch was refused.
    pub fn new(index: usize, event: &RecordedEvent<'_>, reason: Reason) -> Self {
        Self {
            index,
            event_id: event.id,
            stream: event.stream.to_owned(),
            version: event.version,
            position: event.position,
            reason,
        }
    }
}

/// Why an event does not go with the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The log holds an event with this id, which is another.
    #[error(
        "the log holds an event with this id and other content; the two logs have parted, import into an empty one"
    )]
    OtherContent,
    /// The log holds the event, at another position or with another time of recording.
    #[error(
        "the log holds this event, at another position or recorded at another time, as one has that was renumbered; renumber again"
    )]
    RecordedElsewhere,
    /// The log holds some events of its commit and not the others.
    #[error(
        "the log holds its commit with other events; the two logs have parted, import into an empty one"
    )]
    OtherCommit,
    /// The batch holds two events with this id.
    #[error("another event before it has the same id; every event needs an id of its own")]
    RepeatedId,
    /// Its position is not behind the end of the log, and the log does not hold it.
    #[error(
        "the log ends at position {end} and does not hold this event; renumber, or import into an empty log"
    )]
    PositionTaken {
        /// The position of the last event.
        end: Position,
    },
    /// The stream has that version, of another event.
    #[error(
        "its stream has another event there, and is at version {actual}; the two logs have parted, import into an empty one"
    )]
    VersionTaken {
        /// The version of the stream.
        actual: Version,
    },
    /// The stream lacks the versions before it.
    #[error("its stream is at version {actual}; import the events between the two first")]
    VersionMissing {
        /// The version of the stream.
        actual: Version,
    },
    /// It was recorded before the event that it would come behind.
    #[error(
        "it was recorded at {recorded_at}, and the event before it in the log at {newest}; renumber, which gives it the later time"
    )]
    RecordedEarlier {
        /// When it was recorded.
        recorded_at: Timestamp,
        /// When the event was recorded that it would come behind.
        newest: Timestamp,
    },
}

impl Reason {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherContent => "bulk.other_content",
            Self::RecordedElsewhere => "bulk.recorded_elsewhere",
            Self::OtherCommit => "bulk.other_commit",
            Self::RepeatedId => "bulk.repeated_id",
            Self::PositionTaken { .. } => "bulk.position_taken",
            Self::VersionTaken { .. } => "bulk.version_taken",
            Self::VersionMissing { .. } => "bulk.version_missing",
            Self::RecordedEarlier { .. } => "bulk.recorded_earlier",
        }
    }
}
