use std::sync::Mutex;

use futures::future::BoxFuture;
use pericarp::store::{
    AppendError, MemoryStore, NewSnapshot, Read, ReadError, ReadStream, Store, Visit,
};
use pericarp::{Commit, Committed, Page, Position, StreamName, Version};

type Before = Mutex<Option<BoxFuture<'static, ()>>>;

/// A store in which something else happens right before an append, or before a stream is visited.
#[derive(Default)]
pub(super) struct Meddled {
    inner: MemoryStore,
    append: Before,
    visit: Before,
}

impl Meddled {
    /// The store itself, which others use.
    pub(super) fn inner(&self) -> MemoryStore {
        self.inner.clone()
    }

    pub(super) fn before_append(&self, meddle: impl Future<Output = ()> + Send + 'static) {
        *self.append.lock().unwrap() = Some(Box::pin(meddle));
    }

    pub(super) fn before_visit(&self, meddle: impl Future<Output = ()> + Send + 'static) {
        *self.visit.lock().unwrap() = Some(Box::pin(meddle));
    }
}

async fn happens(before: &Before) {
    let meddle = before.lock().unwrap().take();
    if let Some(meddle) = meddle {
        meddle.await;
    }
}

impl Store for Meddled {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        happens(&self.append).await;
        self.inner.append(commit).await
    }

    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        self.inner.read(read, page).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.inner.head().await
    }

    async fn stream_version(&self, stream: &StreamName) -> Result<Version, ReadError> {
        self.inner.stream_version(stream).await
    }

    fn keep_snapshot(&self, snapshot: NewSnapshot) {
        self.inner.keep_snapshot(snapshot);
    }

    async fn visit<V: Visit>(&self, read: ReadStream, visitor: V) -> Result<V, ReadError> {
        happens(&self.visit).await;
        self.inner.visit(read, visitor).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
