use std::error::Error;

use uuid::Uuid;

use crate::{CommitId, Expected, StreamName, Version};

/// What a store's own machinery said: a database error, a thread that died.
pub type StoreFault = Box<dyn Error + Send + Sync>;

/// A stream that was not as an append expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "stream {stream} is at version {actual}, and the append expected {expected}; load it again and decide again"
)]
#[non_exhaustive]
pub struct Conflict {
    /// The stream.
    pub stream: StreamName,
    /// What the append expected.
    pub expected: Expected,
    /// The version the stream has; `Version::NONE` if it has no event.
    pub actual: Version,
}

impl Conflict {
    /// Says that `stream` is at `actual`, and not as `expected`.
    pub const fn new(stream: StreamName, expected: Expected, actual: Version) -> Self {
        Self {
            stream,
            expected,
            actual,
        }
    }
}

/// Why a commit was not, or may not have been, stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// A stream was not as expected. Nothing was stored.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Another commit with this id is in the log. Nothing was stored.
    #[error(
        "append commit {id}: the log holds a commit with this id and other content; use a new id for a new commit"
    )]
    CommitIdReused {
        /// The id.
        id: CommitId,
    },
    /// An event with this id is in the log, in another commit. Nothing was stored.
    #[error(
        "append: an event with the id {event_id} is in the log already; every event needs an id of its own"
    )]
    DuplicateEvent {
        /// The id.
        event_id: Uuid,
    },
    /// The commit has more events than the store accepts. Nothing was stored.
    #[error(
        "append: the commit has {count} events, and the limit is {limit}; split it, or raise `max_events_per_commit`"
    )]
    TooManyEvents {
        /// How many it has.
        count: usize,
        /// How many it may have.
        limit: usize,
    },
    /// The commit has more bytes than the store accepts. Nothing was stored.
    #[error(
        "append: the commit has {bytes} bytes, and the limit is {limit}; split it, or raise `max_bytes_per_commit`"
    )]
    TooLarge {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
    /// The queue is full and the store rejects rather than waits. Nothing was stored.
    #[error("append: {capacity} appends are waiting already; try again later")]
    QueueFull {
        /// How many may wait.
        capacity: usize,
    },
    /// The store is closed. Nothing was stored.
    #[error("append: the store is closed")]
    Closed,
    /// The connection to append in is in no transaction of sqlx. Nothing was stored.
    #[error("append: the connection is in no transaction; begin one with `{begin}`")]
    NoTransaction {
        /// What to write.
        begin: &'static str,
    },
    /// The transaction to append in has only read so far, and others are writing, or have written
    /// since. Nothing was stored.
    #[error(
        "append: the transaction only reads, and cannot be made to write, since others have; begin it with `{begin}`"
    )]
    ReadTransaction {
        /// What to write.
        begin: &'static str,
    },
    /// The connection to append in is open on another database. Nothing was stored.
    #[error(
        "append: the connection is open on `{found}`, and the log is in `{place}`; connect to the log's own database"
    )]
    OtherDatabase {
        /// Where the connection is; empty for a database in memory.
        found: String,
        /// Where the log is.
        place: String,
    },
    /// The store failed. Nothing was stored.
    #[error("append: the store failed, and nothing was stored")]
    Failed {
        /// What it said.
        source: StoreFault,
    },
    /// The store failed, and may or may not have stored the commit.
    #[error(
        "append: the outcome of commit {id} is unknown; append it again with the same id to find out"
    )]
    OutcomeUnknown {
        /// The commit.
        id: CommitId,
        /// What it said.
        source: StoreFault,
    },
}

impl AppendError {
    /// Whether it is certain that nothing was stored. If not, append the same commit again.
    pub const fn outcome_is_known(&self) -> bool {
        !matches!(self, Self::OutcomeUnknown { .. })
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "append.conflict",
            Self::CommitIdReused { .. } => "append.commit_id_reused",
            Self::DuplicateEvent { .. } => "append.duplicate_event",
            Self::TooManyEvents { .. } => "append.too_many_events",
            Self::TooLarge { .. } => "append.too_large",
            Self::QueueFull { .. } => "append.queue_full",
            Self::Closed => "append.closed",
            Self::NoTransaction { .. } => "append.no_transaction",
            Self::ReadTransaction { .. } => "append.read_transaction",
            Self::OtherDatabase { .. } => "append.other_database",
            Self::Failed { .. } => "append.failed",
            Self::OutcomeUnknown { .. } => "append.outcome_unknown",
        }
    }
}

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The store is closed.
    #[error("read: the store is closed")]
    Closed,
    /// The store failed.
    #[error("read: the store failed")]
    Failed {
        /// What it said.
        source: StoreFault,
    },
}

impl ReadError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Closed => "read.closed",
            Self::Failed { .. } => "read.failed",
        }
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The log was written by a newer release.
    #[error(
        "open {place}: its schema has version {found}, and this build knows up to {known}; deploy the newer build"
    )]
    NewerSchema {
        /// Where the log is.
        place: String,
        /// The version it has.
        found: u32,
        /// The newest version this build knows.
        known: u32,
    },
    /// The log cannot be written to.
    #[error(
        "open {place}: it is read-only; make the file and its folder writable for this user, or connect to the primary server"
    )]
    ReadOnly {
        /// Where the log is.
        place: String,
    },
    /// The server cannot be reached, or does not answer.
    #[error("open {place}: the server does not answer; start it, or correct its address")]
    Unreachable {
        /// Where the log is.
        place: String,
        /// What was said.
        source: StoreFault,
    },
    /// The server does not let this user in.
    #[error(
        "open {place}: the server refuses the user; correct the user, the password, or the server's pg_hba.conf"
    )]
    Unauthorised {
        /// Where the log is.
        place: String,
        /// What it said.
        source: StoreFault,
    },
    /// The user may not do what opening the log takes.
    #[error(
        "open {place}: the user lacks a privilege; let an owner open the log once, then grant USAGE on its schema and SELECT and INSERT on its tables, or grant CREATE on the schema"
    )]
    Forbidden {
        /// Where the log is.
        place: String,
        /// What the server said.
        source: StoreFault,
    },
    /// The server has no such database.
    #[error("open {place}: the database does not exist; create it, with encoding UTF8")]
    NoDatabase {
        /// Where the log is.
        place: String,
        /// What it said.
        source: StoreFault,
    },
    /// The connection must be encrypted and cannot be, or the server's certificate is refused.
    #[error(
        "open {place}: the two do not agree on encryption; use the feature `tls`, and `sslmode` and `sslrootcert` in the URL"
    )]
    Encryption {
        /// Where the log is.
        place: String,
        /// What was said.
        source: StoreFault,
    },
    /// The linked SQLite has a bug that loses data.
    #[error(
        "open: SQLite {found} can corrupt a log that several connections write (the WAL-reset bug); link 3.51.3 or later"
    )]
    UnsafeLibrary {
        /// The version that is linked.
        found: &'static str,
    },
    /// An option has a value that cannot work.
    #[error("open {place}: {option} is {value}; it must be {rule}")]
    Option {
        /// Where the log is.
        place: String,
        /// The option.
        option: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// The store failed.
    #[error("open {place}")]
    Failed {
        /// Where the log is.
        place: String,
        /// What it said.
        source: StoreFault,
    },
}

impl OpenError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NewerSchema { .. } => "open.newer_schema",
            Self::ReadOnly { .. } => "open.read_only",
            Self::Unreachable { .. } => "open.unreachable",
            Self::Unauthorised { .. } => "open.unauthorised",
            Self::Forbidden { .. } => "open.forbidden",
            Self::NoDatabase { .. } => "open.no_database",
            Self::Encryption { .. } => "open.encryption",
            Self::UnsafeLibrary { .. } => "open.unsafe_library",
            Self::Option { .. } => "open.option",
            Self::Failed { .. } => "open.failed",
        }
    }
}
