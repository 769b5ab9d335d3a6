use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pericarp::store::{
    AppendError, NewSnapshot, Read, ReadError, ReadStream, Snapshot, Store, Visit,
};
use pericarp::{Commit, Committed, Page, Position, RecordedEvent, StreamName, Version};

/// A store that counts what is done with it.
#[derive(Debug)]
pub struct Watched<S> {
    inner: S,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    appends: AtomicUsize,
    reads: AtomicUsize,
    loads: AtomicUsize,
    events: AtomicUsize,
    snapshots: AtomicUsize,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Commits that were to be appended.
    pub appends: usize,
    /// Pages that were asked for.
    pub reads: usize,
    /// Streams that were folded.
    pub loads: usize,
    /// Events that were folded.
    pub events: usize,
    /// Snapshots that were to be kept.
    pub snapshots: usize,
}

impl<S> Watched<S> {
    /// Counts what is done with `inner`.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            counts: Arc::default(),
        }
    }

    /// The store itself.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// What was done since the last call.
    pub fn take(&self) -> Done {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::SeqCst);
        Done {
            appends: take(&self.counts.appends),
            reads: take(&self.counts.reads),
            loads: take(&self.counts.loads),
            events: take(&self.counts.events),
            snapshots: take(&self.counts.snapshots),
        }
    }
}

struct Counted<V> {
    visitor: V,
    counts: Arc<Counts>,
}

impl<V: Visit> Visit for Counted<V> {
    const LOOKS_AT_RECORD: bool = V::LOOKS_AT_RECORD;

    fn wants_snapshot(&self) -> bool {
        self.visitor.wants_snapshot()
    }

    fn restore(&mut self, snapshot: &Snapshot<'_>) -> bool {
        self.visitor.restore(snapshot)
    }

    fn visit(&mut self, event: &RecordedEvent<'_>) -> ControlFlow<()> {
        self.counts.events.fetch_add(1, Ordering::SeqCst);
        self.visitor.visit(event)
    }
}

impl<S: Store> Store for Watched<S> {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        self.counts.appends.fetch_add(1, Ordering::SeqCst);
        self.inner.append(commit).await
    }

    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        self.counts.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.read(read, page).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.inner.head().await
    }

    async fn stream_version(&self, stream: &StreamName) -> Result<Version, ReadError> {
        self.inner.stream_version(stream).await
    }

    fn keep_snapshot(&self, snapshot: NewSnapshot) {
        self.counts.snapshots.fetch_add(1, Ordering::SeqCst);
        self.inner.keep_snapshot(snapshot);
    }

    async fn snapshots_kept(&self) {
        self.inner.snapshots_kept().await;
    }

    async fn visit<V: Visit>(&self, read: ReadStream, visitor: V) -> Result<V, ReadError> {
        self.counts.loads.fetch_add(1, Ordering::SeqCst);
        let counts = self.counts.clone();
        let counted = Counted { visitor, counts };
        Ok(self.inner.visit(read, counted).await?.visitor)
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
