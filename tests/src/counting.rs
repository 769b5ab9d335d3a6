use std::sync::atomic::{AtomicUsize, Ordering};

use pericarp::store::{AppendError, Read, ReadError, Store};
use pericarp::{Commit, Committed, Page, Position, StreamName, Version};

/// A store that counts what it is asked.
#[derive(Debug)]
pub struct Counting<S> {
    inner: S,
    appends: AtomicUsize,
    reads: AtomicUsize,
}

impl<S> Counting<S> {
    /// Counts what `inner` is asked.
    pub const fn new(inner: S) -> Self {
        Self {
            inner,
            appends: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
        }
    }

    /// How often it was asked to append, and to read, since the last call.
    pub fn take(&self) -> (usize, usize) {
        (
            self.appends.swap(0, Ordering::SeqCst),
            self.reads.swap(0, Ordering::SeqCst),
        )
    }
}

impl<S: Store> Store for Counting<S> {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        self.appends.fetch_add(1, Ordering::SeqCst);
        self.inner.append(commit).await
    }

    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.read(read, page).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.head().await
    }

    async fn stream_version(&self, stream: &StreamName) -> Result<Version, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.stream_version(stream).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
