use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::thread;

use tokio::sync::{mpsc, oneshot};

use super::parser::{Exchange, Parsed, read_log};
use super::{ImportError, ImportFault, Progress};
use crate::Position;
use crate::store::{BulkError, BulkStore, Positions};

/// Reads an exported log into a store: ids, versions, times and bytes as they were.
///
/// The log comes in batches of whole commits, each stored whole or not at all, in the order of
/// the file. What the store has already is skipped, so that an import which ended early is gone on
/// with by running it again. Compressed input is recognised by how it begins.
///
/// Memory stays at a few batches, however long the log; a thread of its own reads one batch while
/// the store writes the last. Dropping the future ends the import between two batches; the thread
/// ends once the reader lets go of it.
///
/// ```no_run
/// use pericarp::store::SqliteStore;
/// use pericarp::transfer::Import;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let store = SqliteStore::open("bank.db").await?;
/// let imported = Import::into(&store).from_path("bank.ndjson.gz").await?;
/// println!("{} new, {} known", imported.added, imported.skipped);
///
/// // Behind what the log has, and from anything that can be read.
/// let file = std::fs::File::open("other.ndjson")?;
/// Import::into(&store).renumber().from_reader(file).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "an import does nothing until it is told where from"]
pub struct Import<'s, S, P = fn(Progress)> {
    store: &'s S,
    positions: Positions,
    batch_size: usize,
    progress: P,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// How many events were stored.
    pub added: u64,
    /// How many the log had already, the same in everything.
    pub skipped: u64,
    /// How many of those that were stored got a later `recorded_at` than they had, because the log
    /// had a newer event: with [`Import::renumber`] alone.
    pub raised: u64,
    /// The position of the last event in the file, as far as the import came.
    pub last: Position,
}

/// Events in a batch.
const BATCH: usize = 1_000;

/// Batches that take turns: one that is filled, one that waits, one that is stored.
const BATCHES: usize = 3;

impl<'s, S: BulkStore> Import<'s, S> {
    /// Imports into `store`.
    pub const fn into(store: &'s S) -> Self {
        Self {
            store,
            positions: Positions::Keep,
            batch_size: BATCH,
            progress: |_| (),
        }
    }
}

impl<'s, S: BulkStore, P: FnMut(Progress) + Send> Import<'s, S, P> {
    /// Gives the events new positions behind the end of the log, in the same order: for a log
    /// that has events of its own. See [`Positions::Renumber`].
    pub const fn renumber(mut self) -> Self {
        self.positions = Positions::Renumber;
        self
    }

    /// How many events are stored at a time, at least, but for the last time: 1,000 unless told
    /// otherwise. A batch ends with a commit, and with the first commit that makes it larger
    /// than 4 MiB. Other writers wait for a batch.
    pub const fn batch_size(mut self, events: usize) -> Self {
        self.batch_size = if events == 0 { 1 } else { events };
        self
    }

    /// Calls `report` after every batch that was stored.
    pub fn progress<F: FnMut(Progress) + Send>(self, report: F) -> Import<'s, S, F> {
        Import {
            store: self.store,
            positions: self.positions,
            batch_size: self.batch_size,
            progress: report,
        }
    }

    /// Imports a file.
    ///
    /// # Errors
    /// [`ImportError`] says what stopped it, and what was done until then.
    pub async fn from_path(self, path: impl AsRef<Path>) -> Result<Imported, ImportError> {
        let path = path.as_ref().to_owned();
        self.read(move || File::open(&path).map_err(|source| ImportFault::Open { path, source }))
            .await
    }

    /// Imports what a reader gives, on a thread where it may block.
    ///
    /// # Errors
    /// [`ImportError`] says what stopped it, and what was done until then.
    pub async fn from_reader(
        self,
        reader: impl Read + Send + 'static,
    ) -> Result<Imported, ImportError> {
        self.read(move || Ok(reader)).await
    }

    async fn read<R: Read>(
        self,
        open: impl FnOnce() -> Result<R, ImportFault> + Send + 'static,
    ) -> Result<Imported, ImportError> {
        let Self {
            store,
            positions,
            batch_size,
            mut progress,
        } = self;
        let (parsed, mut batches) = mpsc::channel(1);
        let (back, spare) = mpsc::channel(BATCHES);
        let (ended, outcome) = oneshot::channel();
        let read = move || {
            let exchange = Exchange { parsed, spare };
            let outcome = open().and_then(|reader| read_log(reader, batch_size, exchange));
            let _ = ended.send(outcome);
        };
        let mut imported = Imported::default();
        let failed = |imported, fault| Err(ImportError::new(imported, fault));
        let thread = thread::Builder::new().name("pericarp-import".into());
        if let Err(source) = thread.spawn(read) {
            return failed(imported, ImportFault::Input { line: 1, source });
        }
        while let Some(Parsed {
            batch,
            first_line,
            progress: so_far,
        }) = batches.recv().await
        {
            let last_line = first_line + batch.len() as u64 - 1;
            match store.append_recorded(batch, positions).await {
                Ok(appended) => {
                    imported.added += appended.added;
                    imported.skipped += appended.skipped;
                    imported.raised += appended.raised;
                    imported.last = so_far.position;
                    // If the thread has ended, it needs no batch.
                    let _ = back.try_send(appended.batch);
                    progress(so_far);
                }
                Err(error) => return failed(imported, refused(error, first_line, last_line)),
            }
        }
        match outcome.await {
            Ok(Ok(())) => Ok(imported),
            Ok(Err(fault)) => failed(imported, fault),
            Err(_) => failed(imported, ImportFault::Reader),
        }
    }
}

fn refused(source: BulkError, first: u64, last: u64) -> ImportFault {
    match &source {
        BulkError::Refused(refused) => ImportFault::Refused {
            line: first + refused.index as u64,
            source,
        },
        _ => ImportFault::Store {
            first,
            last,
            source,
        },
    }
}

impl<S, P> fmt::Debug for Import<'_, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import")
            .field("positions", &self.positions)
            .field("batch_size", &self.batch_size)
            .finish_non_exhaustive()
    }
}
