use std::io;
use std::path::PathBuf;

use super::Imported;
use super::line::FORMAT;
use crate::Position;
use crate::store::{BulkError, InvalidRecord};

/// Why an import ended early. The events before stay, in whole commits; running it again, with
/// what is at fault mended, skips them and goes on.
#[derive(Debug, thiserror::Error)]
#[error(
    "import the log: it stopped after {} events, {} of them new, which the log keeps",
    .imported.added + .imported.skipped, .imported.added
)]
#[non_exhaustive]
pub struct ImportError {
    /// What was done until then.
    pub imported: Imported,
    #[source]
    fault: Box<ImportFault>,
}

impl ImportError {
    pub(super) fn new(imported: Imported, fault: ImportFault) -> Self {
        let fault = Box::new(fault);
        Self { imported, fault }
    }

    /// What was at fault.
    pub const fn fault(&self) -> &ImportFault {
        &self.fault
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        self.fault().code()
    }
}

/// What was at fault when an import ended early. Lines count from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportFault {
    /// The file could not be opened.
    #[error("open {}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The input does not begin as an exported log does.
    #[error(
        "the first line is not that of an exported log, which is {{\"pericarp\":\"log\",\"format\":{FORMAT}}}"
    )]
    NotALog,
    /// The log was exported by a newer release.
    #[error(
        "the log has format {found}, and this build knows up to {FORMAT}; import it with the newer release"
    )]
    NewerFormat {
        /// The format it has.
        found: u32,
    },
    /// The input could not be read on.
    #[error("line {line} could not be read")]
    Input {
        /// The line.
        line: u64,
        /// What the reader said; of a damaged file, the decompression.
        source: io::Error,
    },
    /// A line is not that of an event.
    #[error("line {line} is not a recorded event")]
    Line {
        /// The line.
        line: u64,
        /// What is wrong with it.
        source: InvalidLine,
    },
    /// The input ends before its last line, as a file does that was cut.
    #[error(
        "the log ends at line {line}, without the line that closes it: the rest is missing; get the whole file and import again"
    )]
    Truncated {
        /// The last line there is, which may not be whole.
        line: u64,
        /// What the decompression said, if the log is compressed.
        source: Option<io::Error>,
    },
    /// The last line counts other events than there are.
    #[error(
        "line {line}, which closes the log, counts {counted} events up to position {last}, and {events} up to position {position} came before it: lines are missing or were added"
    )]
    Count {
        /// The last line.
        line: u64,
        /// How many events it counts.
        counted: u64,
        /// The position that it says the last event has.
        last: u64,
        /// How many there were.
        events: u64,
        /// The position of the last one.
        position: Position,
    },
    /// Something comes after the line that closes the log.
    #[error("line {line} comes after the end of the log; import one log at a time")]
    AfterEnd {
        /// The line.
        line: u64,
    },
    /// The store did not take an event.
    #[error("line {line} was refused")]
    Refused {
        /// The line.
        line: u64,
        /// Why.
        source: BulkError,
    },
    /// The store failed.
    #[error("the store did not take lines {first} to {last}")]
    Store {
        /// The first line of the batch.
        first: u64,
        /// The last one.
        last: u64,
        /// What it said.
        source: BulkError,
    },
    /// The reader panicked.
    #[error("the thread that reads the input ended early")]
    Reader,
}

impl ImportFault {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "import.open",
            Self::NotALog => "import.not_a_log",
            Self::NewerFormat { .. } => "import.newer_format",
            Self::Input { .. } => "import.input",
            Self::Line { .. } => "import.line",
            Self::Truncated { .. } => "import.truncated",
            Self::Count { .. } => "import.count",
            Self::AfterEnd { .. } => "import.after_end",
            Self::Refused { source, .. } | Self::Store { source, .. } => source.code(),
            Self::Reader => "import.reader",
        }
    }
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidLine {
    /// It is not JSON, lacks a field, or has one that no event has.
    #[error("column {column}: {reason}")]
    Json {
        /// Where, in bytes from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// It is not UTF-8.
    #[error("it is not UTF-8 from column {column} on")]
    Utf8 {
        /// Where, in bytes from 1.
        column: usize,
    },
    /// It is too long to be one event.
    #[error("it has more than {limit} bytes")]
    TooLong {
        /// How long it may be.
        limit: u64,
    },
    /// It has neither of two fields.
    #[error("neither `{field}` nor `{field}_text` is there")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// It has both of two fields.
    #[error("both `{field}` and `{field}_text` are there")]
    Twice {
        /// The field.
        field: &'static str,
    },
    /// No log can have recorded it.
    #[error(transparent)]
    Record(#[from] InvalidRecord),
}

impl From<serde_json::Error> for InvalidLine {
    fn from(error: serde_json::Error) -> Self {
        // serde_json counts lines too, in what it sees as a text of one line.
        let reason = error.to_string();
        let reason = reason
            .rsplit_once(" at line ")
            .map_or(&*reason, |(what, _)| what);
        Self::Json {
            column: error.column(),
            reason: reason.to_owned(),
        }
    }
}
