//! The log in a PostgreSQL database, which several processes share.

mod append;
mod appends;
mod bulk;
mod doctor;
mod drive;
mod fault;
mod json;
mod known;
mod migrate;
mod open;
mod options;
mod patience;
mod read;
mod readers;
mod row;
mod rows;
mod snapshot;
mod statements;
mod stream;
mod transaction;
mod wake;
mod writer;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use sqlx::PgConnection;
use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use self::appends::{Appending, Queue};
use self::drive::Drive;
use self::read::{Fill, Head, VersionOf};
use self::readers::Readers;
use self::statements::Statements;
use self::stream::Visiting;
use self::wake::Wake;
use super::snapshot::{not_kept, unwritten};
use super::taking::Taking;
use super::{AppendError, NewSnapshot, OpenError, Read, ReadError, ReadStream, Store, Visit};
pub use super::{Durability, WhenFull};
use crate::{Commit, Committed, Page, Position, StreamName, Version};
pub use fault::PostgresFault;
pub use options::PostgresOptions;

/// A log in a PostgreSQL database. Clones share it; several processes may use one log.
///
/// Appends of all callers are collected and sent together, as one statement in one round trip,
/// each with its own verdict. The statement takes a lock before it hands out positions and holds
/// it until it is committed, so positions are in commit order, whoever appends from wherever.
/// Reads go through a pool of connections beside it.
///
/// It lives on the tokio runtime that it was opened on.
///
/// ```no_run
/// use pericarp::store::{PostgresStore, Store};
///
/// # async fn open() -> Result<(), Box<dyn std::error::Error>> {
/// let store = PostgresStore::open("postgres://bank:secret@localhost/bank").await?;
/// println!("the log ends at position {}", store.head().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresStore {
    shared: Arc<Shared>,
}

struct Shared {
    options: PostgresOptions,
    statements: Arc<Statements>,
    readers: Arc<Readers>,
    appends: Queue,
    drive: Arc<Drive>,
    /// Ends when the writer does.
    writing: watch::Receiver<()>,
    wake: Arc<Wake>,
    /// Snapshots that were taken on and are not stored yet.
    taking: Taking,
    channel: String,
    /// The connection that takes over what other logs recorded, once there is any.
    importer: AsyncMutex<Option<PgConnection>>,
}

impl PostgresStore {
    /// Opens the log in the database at `url`, and makes its tables if there are none.
    ///
    /// # Errors
    /// [`OpenError`] if the server cannot be reached or refuses, the database does not exist, or
    /// the log was written by a newer release.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(PostgresOptions::parse(url)?).await
    }

    /// Opens a log with options.
    ///
    /// # Errors
    /// [`OpenError`], as [`PostgresStore::open`], and if an option cannot work.
    pub async fn open_with(options: PostgresOptions) -> Result<Self, OpenError> {
        open::open(options).await.map(|shared| Self {
            shared: Arc::new(shared),
        })
    }

    /// The options it was opened with.
    pub fn options(&self) -> &PostgresOptions {
        &self.shared.options
    }
}

impl Store for PostgresStore {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        let options = &self.shared.options;
        options.limits.check(&commit)?;
        if !self.shared.drive.is_alive() {
            return Err(AppendError::Closed);
        }
        let id = commit.id();
        let (answer, mut answered) = oneshot::channel();
        let appending = Appending { commit, answer };
        let queue = &self.shared.appends;
        queue
            .push(appending, options.when_full)
            .await
            .map_err(|refused| refused.append_error(options.queue_capacity))?;
        let mut lead = self.shared.drive.lead();
        let answer = poll_fn(|context| {
            lead.poll(context);
            Pin::new(&mut answered).poll(context)
        });
        answer.await.unwrap_or_else(|_| {
            let source =
                "the writer ended before it answered: it panicked, or its runtime was shut down"
                    .into();
            Err(AppendError::OutcomeUnknown { id, source })
        })
    }

    /// A task of its own fills the page, so that it goes on while the caller looks at another.
    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        let mut filling = AbortOnDrop(self.shared.readers.spawn(Fill { read, page }));
        match (&mut filling.0).await {
            Ok(filled) => Ok(filled?.0.page),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(ReadError::Closed),
        }
    }

    async fn head(&self) -> Result<Position, ReadError> {
        Ok(self.shared.readers.ask(Head).await?.1)
    }

    async fn stream_version(&self, stream: &StreamName) -> Result<Version, ReadError> {
        Ok(self.shared.readers.ask(VersionOf(stream.clone())).await?.1)
    }

    /// The first events are visited in the rows that bring them: most streams end there, and
    /// nothing is copied. The rest of a long stream comes in pages, two of which are on their way
    /// while one is visited.
    async fn visit<V: Visit>(&self, mut read: ReadStream, visitor: V) -> Result<V, ReadError> {
        read.facts_only = !V::LOOKS_AT_RECORD;
        let visiting = Visiting {
            visitor,
            read,
            enough: false,
        };
        let (visited, more) = self.shared.readers.ask(visiting).await?;
        if !more || visited.enough {
            return Ok(visited.visitor);
        }
        self.pages(visited.read.limit(stream::VISITED_AT_ONCE))
            .expecting_many()
            .visit(visited.visitor)
            .await
    }

    /// A task of the store writes the state as JSON and stores it, beside the appends and without
    /// their lock; it waits for no disk.
    fn keep_snapshot(&self, snapshot: NewSnapshot) {
        let Some(taken) = self.shared.taking.one_more() else {
            return;
        };
        let readers = self.shared.readers.clone();
        self.shared.readers.spawn_task(async move {
            let _taken = taken;
            let stream = snapshot.stream().clone();
            match snapshot.write() {
                Ok(written) => {
                    if let Err(error) = readers.ask(snapshot::Keep(written)).await {
                        not_kept(&error);
                    }
                }
                Err(error) => unwritten(&stream, &error),
            }
        });
    }

    async fn snapshots_kept(&self) {
        self.shared.taking.none().await;
    }

    async fn wait_past(&self, position: Position) -> Result<Position, ReadError> {
        let Shared {
            options,
            readers,
            wake,
            channel,
            ..
        } = &*self.shared;
        let _waiting = wake.waiting();
        wake.listen(options, readers, channel);
        wake.tail.wait_past(self, position).await
    }

    async fn close(&self) {
        self.shared.stop();
        self.shared.taking.close();
        self.snapshots_kept().await;
        let mut writing = self.shared.writing.clone();
        // The error says that the writer is gone, which is what is waited for.
        while writing.changed().await.is_ok() {}
        self.shared.readers.close().await;
    }
}

/// Ends a task when nobody waits for it any more.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Shared {
    fn stop(&self) {
        self.appends.close();
        self.drive.close();
        self.wake.close();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}
