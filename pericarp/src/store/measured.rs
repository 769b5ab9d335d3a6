use std::ops::ControlFlow;
use std::time::Instant;

use super::{
    AppendError, Batch, BulkAppended, BulkError, BulkStore, NewSnapshot, Positions, Read,
    ReadError, ReadStream, Snapshot, Store, StoreMetrics, Visit,
};
use crate::metrics::Gauge;
use crate::{Commit, Committed, Page, Position, RecordedEvent, StreamName, Version};

/// A store that records what it is asked: appends and their outcomes, how long they took, how many
/// wait, the events of commits and of pages, and loads.
///
/// It reads the clock twice for an append, and allocates nothing. How long the queue is and how
/// large the batches are only the writer knows: see
/// [`SqliteOptions::metrics`](crate::store::StoreMetrics).
///
/// ```
/// use pericarp::Pericarp;
/// use pericarp::metrics::Registry;
/// use pericarp::store::{Measured, MemoryStore, StoreMetrics};
///
/// let registry = Registry::new();
/// let store = Measured::new(MemoryStore::new(), StoreMetrics::new(&registry, "bank")?);
/// let app = Pericarp::new(store);
/// # let _ = app;
/// # Ok::<(), pericarp::metrics::RegisterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Measured<S> {
    inner: S,
    metrics: StoreMetrics,
}

impl<S> Measured<S> {
    /// Records what `inner` is asked.
    pub const fn new(inner: S, metrics: StoreMetrics) -> Self {
        Self { inner, metrics }
    }

    /// The store that it wraps.
    pub const fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S: Store> Store for Measured<S> {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        let metrics = &self.metrics;
        let (events, started) = (commit.len(), Instant::now());
        let outcome = {
            let _waiting = Waiting::new(&metrics.in_flight);
            self.inner.append(commit).await
        };
        metrics.append_seconds.record_duration(started.elapsed());
        match &outcome {
            Ok(_) => {
                metrics.stored.increment();
                metrics.commit_events.record(events as u64);
            }
            Err(error) => metrics.append_failed(error.code()),
        }
        outcome
    }

    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        let page = self.inner.read(read, page).await?;
        self.metrics.page_events.record(page.len() as u64);
        Ok(page)
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.inner.head().await
    }

    async fn stream_version(&self, stream: &StreamName) -> Result<Version, ReadError> {
        self.inner.stream_version(stream).await
    }

    async fn visit<V: Visit>(&self, read: ReadStream, visitor: V) -> Result<V, ReadError> {
        let metrics = &self.metrics;
        let visitor = Shown {
            visitor,
            took: None,
        };
        let outcome = self.inner.visit(read, visitor).await;
        let shown = outcome.inspect_err(|error| metrics.load_failed(error.code()))?;
        metrics.loaded.increment();
        match shown.took {
            Some(true) => metrics.snapshots_used.increment(),
            Some(false) => metrics.snapshots_refused.increment(),
            None => {}
        }
        Ok(shown.visitor)
    }

    fn keep_snapshot(&self, snapshot: NewSnapshot) {
        self.metrics.snapshots_taken.increment();
        self.inner.keep_snapshot(snapshot);
    }

    async fn snapshots_kept(&self) {
        self.inner.snapshots_kept().await;
    }

    async fn wait_past(&self, position: Position) -> Result<Position, ReadError> {
        self.inner.wait_past(position).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

impl<S: BulkStore> BulkStore for Measured<S> {
    async fn append_recorded(
        &self,
        batch: Batch,
        positions: Positions,
    ) -> Result<BulkAppended, BulkError> {
        self.inner.append_recorded(batch, positions).await
    }
}

/// A visitor, and whether he took the snapshot that he was shown.
struct Shown<V> {
    visitor: V,
    took: Option<bool>,
}

impl<V: Visit> Visit for Shown<V> {
    const LOOKS_AT_RECORD: bool = V::LOOKS_AT_RECORD;

    fn wants_snapshot(&self) -> bool {
        self.visitor.wants_snapshot()
    }

    fn restore(&mut self, snapshot: &Snapshot<'_>) -> bool {
        let took = self.visitor.restore(snapshot);
        self.took = Some(took);
        took
    }

    #[inline]
    fn visit(&mut self, event: &RecordedEvent<'_>) -> ControlFlow<()> {
        self.visitor.visit(event)
    }
}

/// One that waits, until it is dropped.
struct Waiting<'g>(&'g Gauge);

impl<'g> Waiting<'g> {
    fn new(gauge: &'g Gauge) -> Self {
        gauge.add(1);
        Self(gauge)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}
