use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::thread;

use tokio::sync::{mpsc, oneshot};

use super::destination::{Destination, ToPath, ToWriter};
use super::writer::{Work, Written, write_log};
use super::{ExportError, Progress};
use crate::store::{Read, ReadLog, Store};
use crate::{Page, Position};

/// Writes a whole log, one event a line.
///
/// It is the log as it was when the export began: others may append meanwhile. Memory stays at a
/// few pages, however long the log; a thread of its own writes one page while the store fills the
/// next. Dropping the future ends it.
///
/// ```
/// use pericarp::store::MemoryStore;
/// use pericarp::transfer::Export;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("bank.ndjson.gz");
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let store = MemoryStore::new();
/// let exported = Export::of(&store)
///     .progress(|so_far| eprintln!("{} events", so_far.events))
///     .to_path(&path)
///     .await?;
/// println!("{} events in {} bytes", exported.events, exported.bytes);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an export does nothing until it is told where to"]
pub struct Export<'s, S, P = fn(Progress)> {
    store: &'s S,
    gzip: Option<bool>,
    progress: P,
}

/// What an export wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// How many events.
    pub events: u64,
    /// How many bytes, after compression.
    pub bytes: u64,
    /// The position of the last event; `Position::START` if there is none.
    pub last: Position,
}

/// Events in a page.
const PAGE: usize = 1_000;

/// Pages that take turns: one that is filled, one that waits, one that is written.
const PAGES: usize = 3;

impl<'s, S: Store> Export<'s, S> {
    /// Exports the log in `store`.
    pub const fn of(store: &'s S) -> Self {
        Self {
            store,
            gzip: None,
            progress: |_| (),
        }
    }
}

impl<'s, S: Store, P: FnMut(Progress) + Send> Export<'s, S, P> {
    /// Whether to compress. If it is not said, a path that ends in `.gz` is compressed, and a
    /// writer is not.
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = Some(gzip);
        self
    }

    /// Calls `report` after every page that was written.
    pub fn progress<F: FnMut(Progress) + Send>(self, report: F) -> Export<'s, S, F> {
        Export {
            store: self.store,
            gzip: self.gzip,
            progress: report,
        }
    }

    /// Writes the log to a file. It takes its name once it is whole and on the disk; until then,
    /// and if the export fails, a file that has this name stays as it is.
    ///
    /// # Errors
    /// [`ExportError`] if the log cannot be read or the file not be written.
    pub async fn to_path(self, path: impl AsRef<Path>) -> Result<Exported, ExportError> {
        let path = path.as_ref().to_owned();
        let ends_in_gz = path.extension().is_some_and(|ending| ending == "gz");
        let place = path.display().to_string();
        self.write(place, move || ToPath::create(&path), ends_in_gz)
            .await
    }

    /// Writes the log to a writer, on a thread where it may block.
    ///
    /// If the export ends early, what was written lacks the last line, by which an import
    /// recognises that the rest is missing.
    ///
    /// # Errors
    /// [`ExportError`] if the log cannot be read or the writer fails.
    pub async fn to_writer(
        self,
        writer: impl Write + Send + 'static,
    ) -> Result<Exported, ExportError> {
        self.write("the writer".into(), move || Ok(ToWriter(writer)), false)
            .await
    }

    async fn write<D: Destination>(
        self,
        place: String,
        create: impl FnOnce() -> io::Result<D> + Send + 'static,
        gzip: bool,
    ) -> Result<Exported, ExportError> {
        let Self {
            store,
            gzip: chosen,
            mut progress,
        } = self;
        let gzip = chosen.unwrap_or(gzip);
        let end = store.head().await?;
        let (work, to_do) = mpsc::channel(1);
        let (done, mut written) = mpsc::channel(PAGES);
        let (ended, outcome) = oneshot::channel();
        let thread_place = place.clone();
        let write = move || {
            let outcome = write_log(&thread_place, create, gzip, end, to_do, &done);
            // So that whoever waits for a page knows that none comes.
            drop(done);
            let _ = ended.send(outcome);
        };
        thread::Builder::new()
            .name("pericarp-export".into())
            .spawn(write)
            .map_err(|source| output(&place, source))?;

        let was_read = read_log(store, end, &work, &mut written, &mut progress).await;
        if was_read.is_ok() {
            // If the thread has ended, its outcome says why.
            let _ = work.send(Work::Finish).await;
        }
        drop(work);
        while let Some(Written {
            progress: so_far, ..
        }) = written.recv().await
        {
            progress(so_far);
        }
        let outcome = outcome.await.unwrap_or_else(|_| {
            let panicked = io::Error::other("the thread that writes ended early");
            Err(output(&place, panicked))
        });
        was_read?;
        outcome
    }
}

/// Reads page after page and hands it over, as long as the thread takes them.
async fn read_log<S: Store>(
    store: &S,
    end: Position,
    work: &mpsc::Sender<Work>,
    written: &mut mpsc::Receiver<Written>,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), ExportError> {
    let mut next = (end > Position::START).then(|| Read::from(ReadLog::all().limit(PAGE)));
    let mut new_pages = PAGES;
    while let Some(read) = next {
        let page = if new_pages > 0 {
            new_pages -= 1;
            Page::new()
        } else {
            match written.recv().await {
                Some(done) => {
                    progress(done.progress);
                    done.page
                }
                None => return Ok(()),
            }
        };
        let page = store.read(read.clone(), page).await?;
        next = read.following(&page);
        if page.last().is_none_or(|last| last.position >= end) {
            next = None;
        }
        if work.send(Work::Write(page)).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn output(place: &str, source: io::Error) -> ExportError {
    ExportError::Output {
        place: place.to_owned(),
        source,
    }
}

impl<S, P> fmt::Debug for Export<'_, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("gzip", &self.gzip)
            .finish_non_exhaustive()
    }
}
