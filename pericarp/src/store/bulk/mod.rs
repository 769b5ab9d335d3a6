//! Storing events that another log recorded: what an import needs of a store.

mod batch;
mod error;
mod plan;

use std::future::Future;
use std::sync::Arc;

pub use batch::{Batch, InvalidRecord};
pub use error::{BulkError, Reason, Refused};
pub use plan::{BulkPlan, Found, LogEnd, Planned, PlannedStream};

use super::Store;
use crate::Position;

/// A store that takes over what another log recorded: ids, versions, ordinals and times as they
/// were there, and the positions too if they shall be kept.
///
/// # What a store promises
/// - **Order.** A batch is judged and stored under the lock that appends take, so that positions
///   strictly increase in commit order whoever else writes. Between two batches others may append.
/// - **Verdict.** [`BulkPlan`] gives it, from the end of the log, the stored events and the
///   versions of streams as they are under that lock.
/// - **Atomicity.** A batch is stored whole, without what the log holds already, or not at all.
/// - **Durability.** As with [`Store::append`]: `Ok` after the store's own durable commit.
/// - **Idempotency.** A batch that is given again is skipped, so that after an unknown outcome the
///   same batch finds out.
/// - **Cancellation.** Dropping the future leaves a whole batch or nothing.
/// - **Waking.** Whoever waits in [`Store::wait_past`] is woken, as by an append.
/// - **Bytes.** Payload and metadata are stored as they are in the batch.
///
/// The limits on commits do not hold here: what one log took, another takes over.
///
/// [`law_33`](crate::testing::conformance::law_33_imports_keep_every_byte) holds a store to it.
///
/// ```
/// use pericarp::store::{Batch, BulkStore, MemoryStore, Positions, ReadLog, Store};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let from = MemoryStore::new();
/// let to = MemoryStore::new();
/// let mut pages = from.pages(ReadLog::all());
/// while let Some(page) = pages.next().await? {
///     let mut batch = Batch::new();
///     for event in page.events() {
///         batch.push(&event)?;
///     }
///     to.append_recorded(batch, Positions::Keep).await?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "use `MemoryStore`, `SqliteStore` or `PostgresStore`: `{Self}` does not take over what another log recorded",
    note = "a store of your own implements `BulkStore` beside `Store`"
)]
pub trait BulkStore: Store {
    /// Stores what the log does not hold yet, all or nothing, and gives the batch back.
    ///
    /// # Errors
    /// [`BulkError`]; nothing of the batch was stored, unless it says that this is not known.
    fn append_recorded(
        &self,
        batch: Batch,
        positions: Positions,
    ) -> impl Future<Output = Result<BulkAppended, BulkError>> + Send;
}

impl<S: BulkStore> BulkStore for Arc<S> {
    fn append_recorded(
        &self,
        batch: Batch,
        positions: Positions,
    ) -> impl Future<Output = Result<BulkAppended, BulkError>> + Send {
        S::append_recorded(self, batch, positions)
    }
}

/// What becomes of the positions of events that another log recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Positions {
    /// They are kept, gaps included, so that a cursor into one log is one into the other. They
    /// must be behind the end of the log, and `recorded_at` must not fall.
    #[default]
    Keep,
    /// The events get new ones behind the end of the log, in the same order. Where `recorded_at`
    /// would fall, an event gets the time of the newest one in the log, as an append does whose
    /// clock was set back.
    Renumber,
}

/// What a store did with a batch.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BulkAppended {
    /// How many events were stored.
    pub added: u64,
    /// How many were in the log already, the same in everything.
    pub skipped: u64,
    /// How many of those that were stored got a later `recorded_at` than they had.
    pub raised: u64,
    /// The position of the last one that was stored; `Position::START` if none was.
    pub last: Position,
    /// The batch, to be used again.
    pub batch: Batch,
}

impl BulkAppended {
    /// What `plan` says of its batch, once it is stored.
    pub fn new<T>(plan: &BulkPlan<'_, T>) -> Self {
        Self {
            added: plan.rows.len() as u64,
            skipped: plan.skipped,
            raised: plan.raised,
            last: plan
                .rows
                .last()
                .map_or(Position::START, |row| row.event.position),
            batch: Batch::new(),
        }
    }

    /// Gives the batch back.
    #[must_use]
    pub fn returning(mut self, batch: Batch) -> Self {
        self.batch = batch;
        self
    }
}
