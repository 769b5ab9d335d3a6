use std::io;

use uuid::Uuid;

use crate::Position;
use crate::store::ReadError;

/// Why a log could not be exported. Of an export to a path nothing is left; what was written to a
/// writer lacks its last line, so that an import recognises it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The log could not be read.
    #[error("export the log: it could not be read")]
    Read(#[from] ReadError),
    /// An event that no import could read: somebody stored it past the store.
    #[error(
        "export the log: the payload or the metadata of event {event_id} at position {position} is not JSON, so it was not stored by Pericarp"
    )]
    Event {
        /// Its position.
        position: Position,
        /// Its id.
        event_id: Uuid,
        /// Where it stops being JSON.
        source: serde_json::Error,
    },
    /// The file, or the writer, failed.
    #[error("export the log to {place}")]
    Output {
        /// The path, or `the writer`.
        place: String,
        /// What it said.
        source: io::Error,
    },
}

impl ExportError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Event { .. } => "export.event",
            Self::Output { .. } => "export.output",
        }
    }
}
