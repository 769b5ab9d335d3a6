//! The log: what a store promises, and the stores that come with the crate.

mod bulk;
mod commit_plan;
mod durability;
mod error;
mod limits;
mod measured;
mod memory;
mod metrics;
mod pages;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
mod queue;
mod read;
mod snapshot;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod tail;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod taking;
mod visit;
mod wait;
mod when_full;

use std::future::Future;
use std::sync::Arc;

pub use bulk::{
    Batch, BulkAppended, BulkError, BulkPlan, BulkStore, Found, InvalidRecord, LogEnd, Planned,
    PlannedStream, Positions, Reason, Refused,
};
pub use commit_plan::{CommitPlan, is_replay_of};
pub use durability::Durability;
pub use error::{AppendError, Conflict, OpenError, ReadError, StoreFault};
pub use limits::Limits;
pub use measured::Measured;
pub use memory::MemoryStore;
pub use metrics::StoreMetrics;
pub use pages::Pages;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use read::{Direction, Filter, Read, ReadLog, ReadStream, ReadStreams};
pub use snapshot::{NewSnapshot, Snapshot, WrittenSnapshot};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use visit::Visit;
pub use when_full::WhenFull;

use crate::{Commit, Committed, Page, Position, StreamName, Version};

/// One log of events, in commit order.
///
/// # What a store promises
/// - **Order.** Positions strictly increase in commit order. Once any reader has seen a position,
///   no event with a smaller one ever appears. Gaps may exist.
/// - **Durability.** `append` answers `Ok` only after the store's own durable commit; then every
///   read that starts afterwards sees the events.
/// - **Atomicity.** The version checks and the insert are one step. A commit lands whole or not
///   at all, over all its streams.
/// - **Idempotency.** A commit whose id is in the log gets the first answer again, whatever it
///   expects by now; with other content it gets [`AppendError::CommitIdReused`].
/// - **Cancellation.** Dropping a future at any point harms nobody: a commit that was handed over
///   either lands or does not, and appending it again finds out.
/// - **Bytes.** Payload and metadata are read back as they were written.
///
/// [`crate::testing::conformance`] holds a store to all of it.
///
/// ```
/// use pericarp::store::{MemoryStore, ReadLog, Store};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = MemoryStore::new();
/// let mut pages = store.pages(ReadLog::all());
/// while let Some(page) = pages.next().await? {
///     for event in page.events() {
///         println!("{} {}", event.position, event.event_type);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "use `MemoryStore`, `SqliteStore` or `PostgresStore`: `{Self}` is not a store",
    note = "a store of your own implements `Store`, and is held to `pericarp::testing::conformance`"
)]
pub trait Store: Send + Sync + 'static {
    /// Appends a commit, all or nothing.
    ///
    /// # Errors
    /// [`AppendError`]; it says whether the outcome is known.
    fn append(&self, commit: Commit)
    -> impl Future<Output = Result<Committed, AppendError>> + Send;

    /// Fills `page` with what `read` selects, and returns it. What it held is forgotten.
    ///
    /// An implementation may start before the future is first polled, so that a caller can read
    /// ahead.
    ///
    /// # Errors
    /// [`ReadError`] if the store cannot be read.
    fn read(&self, read: Read, page: Page) -> impl Future<Output = Result<Page, ReadError>> + Send;

    /// The position of the last event; `Position::START` if there is none.
    ///
    /// # Errors
    /// [`ReadError`] if the store cannot be read.
    fn head(&self) -> impl Future<Output = Result<Position, ReadError>> + Send;

    /// The version of a stream; `Version::NONE` if it has no event, which is the same as that it
    /// does not exist.
    ///
    /// # Errors
    /// [`ReadError`] if the store cannot be read.
    fn stream_version(
        &self,
        stream: &StreamName,
    ) -> impl Future<Output = Result<Version, ReadError>> + Send;

    /// Waits until the log has an event behind `position`, and says where the log ends then; at
    /// once if it has one already. To follow the log, read to its end, wait, and read on.
    ///
    /// Unless a store has a way to be told, this asks for the head again and again: after 1 ms at
    /// first, and after 100 ms in the end.
    ///
    /// ```
    /// use pericarp::Position;
    /// use pericarp::store::{MemoryStore, Store};
    /// # use pericarp::{Commit, CommitId, EventType, Expected, Ids, NewEvent, RandomIds, StreamName, Timestamp};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let store = MemoryStore::new();
    /// # let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    /// # commit.to(StreamName::new("account", 1)?, Expected::Any).raw(NewEvent {
    /// #     id: None, event_type: &EventType::from_static("account.opened"), schema_version: 1,
    /// #     occurred_at: Timestamp::EPOCH, data: "{}", metadata: "{}",
    /// # })?;
    /// let (head, committed) = tokio::join!(store.wait_past(Position::START), store.append(commit));
    /// assert_eq!(head?, committed?.last);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ReadError::Closed`] once the store is closed, also if that happens meanwhile; otherwise
    /// [`ReadError`] if the store cannot be read.
    fn wait_past(
        &self,
        position: Position,
    ) -> impl Future<Output = Result<Position, ReadError>> + Send {
        wait::poll_head(self, position)
    }

    /// Refuses new appends and reads, answers those that are queued, and returns when it is done.
    /// Whoever waits for events is told.
    fn close(&self) -> impl Future<Output = ()> + Send;

    /// Keeps a snapshot of a stream, soon and where nobody waits for it; or does not, if it has
    /// too many to keep, or keeps none at all, as is the default. One takes the place of the one
    /// before; of two that are under way at once, either may be the last. Nothing rests on it:
    /// [`Store::visit`] shows it to visitors who want it.
    fn keep_snapshot(&self, _: NewSnapshot) {}

    /// Waits until each snapshot that it was given is kept, or is not.
    fn snapshots_kept(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Takes a visitor to the events of one stream, from where `read` starts to the end, or until
    /// the visitor has seen enough, and gives it back.
    ///
    /// If it [wants](Visit::wants_snapshot) a snapshot, the read starts from the first event, and
    /// there is a snapshot of a version that the stream has, it is shown that first; and then the
    /// events behind it, if it takes it.
    ///
    /// The events need not be of one moment: those that are appended meanwhile may be seen too,
    /// in order.
    ///
    /// # Errors
    /// [`ReadError`] if the store cannot be read.
    ///
    /// # Panics
    /// If the visitor does.
    fn visit<V: Visit>(
        &self,
        read: ReadStream,
        visitor: V,
    ) -> impl Future<Output = Result<V, ReadError>> + Send
    where
        Self: Sized,
    {
        self.pages(read).visit(visitor)
    }

    /// Reads page after page, the next one ahead while the caller looks at the last.
    fn pages(&self, read: impl Into<Read>) -> Pages<'_, Self>
    where
        Self: Sized,
    {
        Pages::new(self, read.into())
    }
}

impl<S: Store> Store for Arc<S> {
    fn append(
        &self,
        commit: Commit,
    ) -> impl Future<Output = Result<Committed, AppendError>> + Send {
        S::append(self, commit)
    }

    fn read(&self, read: Read, page: Page) -> impl Future<Output = Result<Page, ReadError>> + Send {
        S::read(self, read, page)
    }

    fn head(&self) -> impl Future<Output = Result<Position, ReadError>> + Send {
        S::head(self)
    }

    fn stream_version(
        &self,
        stream: &StreamName,
    ) -> impl Future<Output = Result<Version, ReadError>> + Send {
        S::stream_version(self, stream)
    }

    fn keep_snapshot(&self, snapshot: NewSnapshot) {
        S::keep_snapshot(self, snapshot);
    }

    fn snapshots_kept(&self) -> impl Future<Output = ()> + Send {
        S::snapshots_kept(self)
    }

    fn visit<V: Visit>(
        &self,
        read: ReadStream,
        visitor: V,
    ) -> impl Future<Output = Result<V, ReadError>> + Send {
        S::visit(self, read, visitor)
    }

    fn wait_past(
        &self,
        position: Position,
    ) -> impl Future<Output = Result<Position, ReadError>> + Send {
        S::wait_past(self, position)
    }

    fn close(&self) -> impl Future<Output = ()> + Send {
        S::close(self)
    }
}
