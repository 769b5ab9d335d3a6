//! A store of one's own, held to the laws.

// ANCHOR: store
use pericarp::store::{AppendError, MemoryStore, OpenError, Read, ReadError, Store};
use pericarp::testing::conformance::{Capabilities, Subject};
use pericarp::{Commit, Committed, Page, Position, StreamName, Version};

/// Your store. This one hands everything on.
#[derive(Clone)]
struct MyStore {
    inner: MemoryStore,
}

impl Store for MyStore {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
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

    async fn close(&self) {
        self.inner.close().await;
    }
}
// ANCHOR_END: store

// ANCHOR: subject
struct OnMine;

impl Subject for OnMine {
    type Store = MyStore;
    type Log = MyStore;

    fn capabilities(&self) -> Capabilities {
        Capabilities::NONE
    }

    async fn empty_log(&self) -> MyStore {
        MyStore {
            inner: MemoryStore::new(),
        }
    }

    async fn open(&self, log: &MyStore) -> Result<MyStore, OpenError> {
        Ok(log.clone())
    }
}

mod laws {
    pericarp::testing::conformance_suite!(super::OnMine);
}
// ANCHOR_END: subject
