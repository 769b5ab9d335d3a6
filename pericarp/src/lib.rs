//! Event sourcing and CQRS with derives, over one log that never loses, repeats or reorders an
//! event.
//!
//! Events, aggregates and commands are plain structs; the derive macros write what is
//! mechanical. The log lives in a store: in memory ([`store::MemoryStore`]) or in a SQLite file
//! (`store::SqliteStore`).

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

mod aggregate;
#[cfg(feature = "store")]
mod app;
#[cfg(feature = "cache")]
pub mod cache;
mod clock;
mod codec;
mod command;
mod commit;
mod commit_error;
mod commit_id;
mod committed;
#[cfg(feature = "config")]
pub mod config;
mod context;
#[cfg(any(feature = "cache", feature = "workers"))]
mod count;
mod decide;
mod decode;
mod decode_error;
#[cfg(feature = "store")]
pub mod dispatcher;
#[cfg(feature = "store")]
pub mod doctor;
mod envelope;
mod error;
mod event;
mod event_type;
mod expected;
#[cfg(any(feature = "store", feature = "testing"))]
mod fold;
mod folding;
mod listing;
mod metadata;
pub mod metrics;
pub mod middleware;
mod names;
mod nearest;
mod page;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "workers"))]
mod places;
mod position;
mod query;
mod recorded;
mod replay;
mod requests;
mod root;
mod shared_metadata;
mod snapshot;
mod stream_name;
mod sum;
mod timestamp;
mod unwound;
mod upcast;

#[cfg(all(unix, feature = "profiling"))]
pub mod profiling;
pub mod routes;
pub mod schema;
#[cfg(feature = "store")]
pub mod store;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "transfer")]
pub mod transfer;
#[cfg(feature = "workers")]
pub mod workers;

pub use aggregate::{Aggregate, Apply, Create, Emits, FoldError, Starts};
#[cfg(all(feature = "store", feature = "workers"))]
pub use app::Queue;
#[doc(hidden)]
#[cfg(feature = "store")]
pub use app::Takes;
#[cfg(feature = "store")]
pub use app::{
    Dispatch, LoadError, Pericarp, PericarpBuilder, Repository, Retry, SaveError, UnitOfWork,
    UnitOfWorkError,
};
pub use clock::{Clock, Ids, RandomIds, SystemClock};
pub use command::{Changes, Command, Creates, Handle, Mode, MustExist, WrongExistence};
pub use commit::{Append, Commit, NewEvent, StreamAppend};
pub use commit_error::CommitError;
pub use commit_id::CommitId;
pub use committed::{Committed, StreamCommitted};
pub use context::Context;
pub use decide::{DecideError, decide};
pub use decode::{DecodeEvent, Decoded, Reading, Skipped, Unread};
pub use decode_error::{Cause, DecodeError, DecodeReason};
pub use envelope::Envelope;
pub use error::Error;
pub use event::{EncodeError, Event, EventKind, Split};
pub use event_type::EventType;
pub use expected::Expected;
pub use metadata::{Meta, Metadata};
pub use names::InvalidName;
pub use page::Page;
#[cfg(feature = "derive")]
pub use pericarp_derive::{Aggregate, Command, Event, Query, Shape};
pub use position::{Position, Version};
pub use query::{Answer, Query};
pub use recorded::RecordedEvent;
pub use replay::{Policy, ReplayError, replay};
pub use requests::{
    AskError, ExecuteError, Failure, Handler, Outcome, Payload, Principal, Provide, Request,
    RequestKind, Response, Stopped,
};
pub use root::{New, Root};
pub use schema::Shape;
pub use snapshot::{SnapshotState, Snapshots};
pub use stream_name::StreamName;
pub use timestamp::Timestamp;
pub use uuid;

/// What a module with events, aggregates, commands and queries needs.
///
/// ```
/// use pericarp::prelude::*;
/// ```
pub mod prelude {
    pub use crate::{
        Aggregate, Answer, Apply, Command, Create, Event, Handle, Meta, New, Query, Root, Shape,
    };
}
