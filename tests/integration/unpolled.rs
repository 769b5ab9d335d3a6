//! Futures that are kept and not polled any more, as it happens when the task that holds them awaits
//! something else, hold up nobody. Of [`Limit`](pericarp::middleware::Limit), the cache and the workers
//! their own tests say so.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::poll;
use pericarp::store::{AppendError, Conflict, MemoryStore, Read, ReadError, Store};
use pericarp::{Commit, Committed, Page, Pericarp, Position, StreamName, Version};

use crate::domain::Add;

/// The first append conflicts, and the read after that does not come to an end.
#[derive(Default)]
struct Sticks {
    inner: MemoryStore,
    has_conflicted: AtomicBool,
    sticks: AtomicBool,
}

impl Store for Sticks {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        if self.has_conflicted.swap(true, Ordering::SeqCst) {
            return self.inner.append(commit).await;
        }
        self.sticks.store(true, Ordering::SeqCst);
        let (append, _) = commit.appends().next().unwrap();
        let (stream, expected) = (append.stream.clone(), append.expected);
        Err(Conflict::new(stream, expected, Version::new(9)).into())
    }

    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        if self.sticks.swap(false, Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
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

/// A command that had conflicted kept its turn on the stream, and with it a sixty-fourth of all
/// streams, for as long as its future was there: no other command for them ever ended.
#[tokio::test]
async fn a_command_that_is_not_polled_holds_up_no_other() {
    let app = Pericarp::new(Sticks::default());
    let mut not_polled = pin!(app.execute(Add { tally: 1, n: 1 }));
    assert!(poll!(&mut not_polled).is_pending());
    assert!(!app.store().sticks.load(Ordering::SeqCst));
    let others = [2, 3].map(|n| app.execute(Add { tally: 1, n }));
    let mut totals: Vec<u64> = Vec::new();
    for outcome in futures::future::join_all(others).await {
        totals.push(outcome.unwrap());
    }
    totals.sort_unstable();
    assert_eq!(totals.last(), Some(&5));
}
