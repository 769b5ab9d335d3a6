//! The log: in a SQLite file or in a PostgreSQL database, behind one type.

use std::sync::Arc;

use pericarp::store::{
    AppendError, Measured, NewSnapshot, PostgresStore, Read, ReadError, ReadStream, SqliteStore,
    Visit,
};
use pericarp::{Commit, Committed, Page, Position, StreamName, Version, store};

/// The log of a storefront, measured and shared.
pub type Store = Arc<Measured<Log>>;

/// A log whose store is known when the program starts.
#[derive(Debug)]
pub enum Log {
    /// In a file.
    Sqlite(SqliteStore),
    /// In a database.
    Postgres(PostgresStore),
}

macro_rules! each {
    ($log:ident, $store:ident => $call:expr) => {
        match $log {
            Self::Sqlite($store) => $call,
            Self::Postgres($store) => $call,
        }
    };
}

impl store::Store for Log {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        each!(self, store => store.append(commit).await)
    }

    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        each!(self, store => store.read(read, page).await)
    }

    async fn head(&self) -> Result<Position, ReadError> {
        each!(self, store => store.head().await)
    }

    async fn stream_version(&self, stream: &StreamName) -> Result<Version, ReadError> {
        each!(self, store => store.stream_version(stream).await)
    }

    async fn visit<V: Visit>(&self, read: ReadStream, visitor: V) -> Result<V, ReadError> {
        each!(self, store => store.visit(read, visitor).await)
    }

    async fn wait_past(&self, position: Position) -> Result<Position, ReadError> {
        each!(self, store => store.wait_past(position).await)
    }

    fn keep_snapshot(&self, snapshot: NewSnapshot) {
        each!(self, store => store.keep_snapshot(snapshot));
    }

    async fn snapshots_kept(&self) {
        each!(self, store => store.snapshots_kept().await);
    }

    async fn close(&self) {
        each!(self, store => store.close().await);
    }
}
