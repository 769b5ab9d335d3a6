use std::sync::Arc;
use std::thread;

use rusqlite::{Connection, InterruptHandle};
use tokio::sync::oneshot;

use super::super::answer::{give, wait};
use super::super::open::reading_connection;
use super::super::read::head;
use super::super::{SqliteOptions, SqliteStore};
use super::{integrity, plans, schema, settings, wal};
use crate::doctor::{Amount, Depth, Report};
use crate::store::{ReadError, Store};

impl SqliteStore {
    /// Examines the log: its schema and indexes, its settings, the write-ahead log, and with
    /// [`Depth::Thorough`] every event.
    ///
    /// It reads through a connection and on a thread of its own, so it holds up no append and no
    /// read. Dropping the future ends it.
    ///
    /// ```
    /// use pericarp::doctor::Depth;
    /// # use pericarp::store::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("bank.db");
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let store = SqliteStore::open(&path).await?;
    /// let report = store.doctor(Depth::Quick).await?;
    /// assert!(report.is_healthy(), "{report}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ReadError`] if the log cannot be read. What is wrong with it otherwise is in the report.
    pub async fn doctor(&self, depth: Depth) -> Result<Report, ReadError> {
        // A store that is closed says so.
        self.head().await?;
        let options = self.shared.options.clone();
        let (opened, is_open) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        thread::Builder::new()
            .name("pericarp-doctor".into())
            .spawn(move || {
                give(answer, || {
                    let connection = connect(&options, opened)?;
                    examine(&connection, &options, depth)
                });
            })
            .map_err(|source| ReadError::Failed {
                source: source.into(),
            })?;
        // Without a connection there is nothing to interrupt, and the answer is an error.
        let _interrupt = is_open.await.ok().map(Interrupt);
        let mut report = wait(answered).await?;
        settings::queues(&self.shared, &mut report);
        Ok(report)
    }
}

fn connect(
    options: &SqliteOptions,
    opened: oneshot::Sender<Arc<InterruptHandle>>,
) -> rusqlite::Result<Connection> {
    let connection = reading_connection(options)?;
    let _ = opened.send(Arc::new(connection.get_interrupt_handle()));
    Ok(connection)
}

/// Stops what the connection is doing when nobody waits for it any more.
struct Interrupt(Arc<InterruptHandle>);

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.interrupt();
    }
}

fn examine(
    connection: &Connection,
    options: &SqliteOptions,
    depth: Depth,
) -> rusqlite::Result<Report> {
    let mut report = Report::new(options.place());
    settings::examine(connection, options, &mut report)?;
    if schema::examine(connection, &mut report)? {
        plans::examine(connection, &mut report)?;
    }
    wal::examine(connection, options, &mut report)?;
    if depth == Depth::Thorough {
        integrity::examine(connection, &mut report)?;
    }
    report.figure("last position", Amount::Count(head(connection)?.get()));
    Ok(report)
}
