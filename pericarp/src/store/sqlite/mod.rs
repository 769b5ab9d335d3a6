//! The embedded log: one SQLite file, written by one thread, read by a few.

mod answer;
mod append;
mod bulk;
mod doctor;
mod log;
mod lookout;
mod migrate;
mod misfit;
mod open;
mod options;
mod plans;
mod prepared;
mod read;
mod row;
#[cfg(test)]
mod sample;
#[cfg(feature = "sqlite-sqlx")]
mod savepoint;
mod snapshot;
mod statement;
mod statements;
mod stream;
mod time_range;
#[cfg(feature = "sqlite-sqlx")]
mod transaction;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use super::queue::Queue;
use super::tail::Tail;
use super::taking::Taking;
use super::{
    AppendError, Batch, BulkAppended, BulkError, BulkStore, NewSnapshot, OpenError, Positions,
    Read, ReadError, ReadStream, Store, Visit,
};
pub use super::{Durability, WhenFull};
use crate::{Commit, Committed, Page, Position, StreamName, Version};
use answer::Answer;
pub use options::SqliteOptions;

/// A log in a SQLite file. Clones share it.
///
/// Appends of all callers are collected and committed together, each with its own verdict, by
/// one thread; reads go through a few threads beside it. Nothing blocks the async runtime.
/// Several processes may use one file.
///
/// ```
/// use pericarp::store::{SqliteStore, Store};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("bank.db");
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = SqliteStore::open(&path).await?;
/// assert_eq!(store.head().await?.get(), 0);
/// store.close().await;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

struct Shared {
    options: SqliteOptions,
    /// The file as SQLite names it.
    file: String,
    appends: Arc<Queue<Writing>>,
    reads: Arc<Queue<Reading>>,
    /// Where the log ends, as far as this store knows.
    tail: Arc<Tail>,
    lookout: Arc<lookout::Lookout>,
    /// Snapshots that were taken on and are not stored yet.
    taking: Taking,
    /// How many threads are running.
    threads: watch::Receiver<usize>,
}

/// What the writer is to do.
enum Writing {
    Append(Appending),
    Import(bulk::Importing),
    Snapshot(snapshot::Kept),
}

/// A commit on its way to the writer.
struct Appending {
    commit: Commit,
    answer: oneshot::Sender<Result<Committed, AppendError>>,
}

/// A question on its way to a reader.
enum Reading {
    Page(Read, Page, oneshot::Sender<Answer<Page>>),
    Head(oneshot::Sender<Answer<Position>>),
    StreamVersion(StreamName, oneshot::Sender<Answer<Version>>),
    Visit(stream::Visiting),
    Snapshot(snapshot::Offered),
}

impl SqliteStore {
    /// Opens the log in the file at `path`, and makes it if there is none.
    ///
    /// # Errors
    /// [`OpenError`] if the file cannot be opened for writing, is no database, or was written by
    /// a newer release.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with(SqliteOptions::new(path)).await
    }

    /// Opens a log with options.
    ///
    /// # Errors
    /// [`OpenError`], as [`SqliteStore::open`], and if an option cannot work.
    pub async fn open_with(options: SqliteOptions) -> Result<Self, OpenError> {
        open::open(options).await.map(|shared| Self {
            shared: Arc::new(shared),
        })
    }

    /// The options it was opened with.
    pub fn options(&self) -> &SqliteOptions {
        &self.shared.options
    }

    async fn ask<T>(
        &self,
        question: impl FnOnce(oneshot::Sender<Answer<T>>) -> Reading,
    ) -> Result<T, ReadError> {
        let (answer, answered) = oneshot::channel();
        match self
            .shared
            .reads
            .push(question(answer), WhenFull::Wait)
            .await
        {
            Ok(()) => answer::wait(answered).await,
            Err(_) => Err(ReadError::Closed),
        }
    }
}

impl Store for SqliteStore {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        let Shared {
            options, appends, ..
        } = &*self.shared;
        options.limits.check(&commit)?;
        let id = commit.id();
        let (answer, answered) = oneshot::channel();
        let appending = Appending { commit, answer };
        appends
            .push(Writing::Append(appending), options.when_full)
            .await
            .map_err(|refused| refused.append_error(appends.capacity()))?;
        answered.await.unwrap_or_else(|_| {
            let source = "the writer thread ended before it answered".into();
            Err(AppendError::OutcomeUnknown { id, source })
        })
    }

    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        self.ask(|answer| Reading::Page(read, page, answer)).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.ask(Reading::Head).await
    }

    async fn stream_version(&self, stream: &StreamName) -> Result<Version, ReadError> {
        let stream = stream.clone();
        self.ask(|answer| Reading::StreamVersion(stream, answer))
            .await
    }

    /// The first events are visited where they lie, on the thread that reads them: most streams
    /// end there, and nothing is copied. The rest of a long stream comes in pages, which two
    /// threads fill while this one visits.
    async fn visit<V: Visit>(&self, read: ReadStream, visitor: V) -> Result<V, ReadError> {
        let (visiting, visited) = stream::visiting(read, visitor);
        let asked = self
            .shared
            .reads
            .push(Reading::Visit(visiting), WhenFull::Wait)
            .await;
        asked.map_err(|_| ReadError::Closed)?;
        match answer::wait(visited).await? {
            (visitor, Some(rest)) => {
                self.pages(rest.limit(stream::VISITED_AT_ONCE))
                    .expecting_many()
                    .visit(visitor)
                    .await
            }
            (visitor, None) => Ok(visitor),
        }
    }

    /// A reader writes the state as JSON, and the writer stores it when it has answered the
    /// appends before it, in a transaction of its own that waits for no disk.
    fn keep_snapshot(&self, snapshot: NewSnapshot) {
        if let Some(taken) = self.shared.taking.one_more() {
            let offered = snapshot::Offered::new(snapshot, taken, &self.shared.appends);
            // One that there is no room for is left out.
            let _ = self.shared.reads.try_push(Reading::Snapshot(offered));
        }
    }

    async fn snapshots_kept(&self) {
        self.shared.taking.none().await;
    }

    async fn wait_past(&self, position: Position) -> Result<Position, ReadError> {
        let _wanted = self.shared.lookout.wanted();
        self.shared.tail.wait_past(self, position).await
    }

    async fn close(&self) {
        self.shared.taking.close();
        self.shared.reads.close();
        // Not closed: the snapshots that are under way are yet to come.
        self.shared.appends.refuse();
        self.snapshots_kept().await;
        self.shared.stop();
        let mut threads = self.shared.threads.clone();
        // An error says that every thread is gone, which is what is waited for.
        let _ = threads.wait_for(|running| *running == 0).await;
    }
}

impl BulkStore for SqliteStore {
    /// Waits for a place in the queue even where appends are rejected.
    async fn append_recorded(
        &self,
        batch: Batch,
        positions: Positions,
    ) -> Result<BulkAppended, BulkError> {
        let (answer, answered) = oneshot::channel();
        let importing = bulk::Importing {
            batch,
            positions,
            answer,
        };
        let pushed = self
            .shared
            .appends
            .push(Writing::Import(importing), WhenFull::Wait)
            .await;
        pushed.map_err(|_| BulkError::Closed)?;
        answered.await.unwrap_or_else(|_| {
            let source = "the writer thread ended before it answered".into();
            Err(BulkError::OutcomeUnknown { source })
        })
    }
}

impl Shared {
    fn stop(&self) {
        self.appends.close();
        self.reads.close();
        self.lookout.close();
        self.tail.close();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}
