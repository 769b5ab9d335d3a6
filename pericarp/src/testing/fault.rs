use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::store::{
    AppendError, Batch, BulkAppended, BulkError, BulkStore, NewSnapshot, Positions, Read,
    ReadError, Store,
};
use crate::{Commit, Committed, Page, Position, StreamName, Version};

/// A store that fails when it is told to, so that a test can see what an application does then.
///
/// ```
/// use pericarp::store::{AppendError, MemoryStore, Store};
/// use pericarp::testing::{Fault, Faulty};
/// use pericarp::{Commit, CommitId, Ids, RandomIds};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = Faulty::new(MemoryStore::new());
/// store.plan(Fault::LoseRequest);
/// let commit = Commit::new(CommitId::new(RandomIds.next()));
/// let outcome = store.append(commit.clone()).await;
/// assert!(matches!(outcome, Err(AppendError::OutcomeUnknown { .. })));
/// assert!(store.append(commit).await.is_ok());
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Faulty<S> {
    inner: S,
    appends: Mutex<VecDeque<Fault>>,
    reads: Mutex<VecDeque<Fault>>,
}

/// What goes wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// An append fails, and it is known that nothing was stored.
    Refuse,
    /// An append does not reach the store, and nobody knows.
    LoseRequest,
    /// An append is stored, if it can be, and the answer does not come back.
    LoseAnswer,
    /// Before an append, somebody else appends this commit.
    Overtake(Commit),
    /// A read of a page fails.
    FailRead,
    /// Nothing: the append goes through.
    PassAppend,
    /// Nothing: the read goes through.
    PassRead,
}

impl<S: Store> Faulty<S> {
    /// A store that does what `inner` does, until a fault is planned.
    pub const fn new(inner: S) -> Self {
        Self {
            inner,
            appends: Mutex::new(VecDeque::new()),
            reads: Mutex::new(VecDeque::new()),
        }
    }

    /// Plans a fault for the next append or read that has none yet.
    pub fn plan(&self, fault: Fault) {
        let plan = match fault {
            Fault::FailRead | Fault::PassRead => &self.reads,
            _ => &self.appends,
        };
        plan.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(fault);
    }

    /// Whether every planned fault has come to pass.
    pub fn is_done(&self) -> bool {
        let empty = |plan: &Mutex<VecDeque<Fault>>| {
            plan.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_empty()
        };
        empty(&self.appends) && empty(&self.reads)
    }

    /// The store that it wraps, which does not fail.
    pub const fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S: Store> Store for Faulty<S> {
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        let id = commit.id();
        let unknown = || {
            let source = "the connection was cut, as the test planned".into();
            AppendError::OutcomeUnknown { id, source }
        };
        match next(&self.appends) {
            Some(Fault::Refuse) => {
                let source = "the store is out of order, as the test planned".into();
                Err(AppendError::Failed { source })
            }
            Some(Fault::LoseRequest) => Err(unknown()),
            Some(Fault::LoseAnswer) => {
                // Whatever it says is lost.
                let _ = self.inner.append(commit).await;
                Err(unknown())
            }
            Some(Fault::Overtake(other)) => {
                self.inner.append(other).await?;
                self.inner.append(commit).await
            }
            _ => self.inner.append(commit).await,
        }
    }

    async fn read(&self, read: Read, page: Page) -> Result<Page, ReadError> {
        match next(&self.reads) {
            Some(Fault::FailRead) => {
                let source = "the store is out of order, as the test planned".into();
                Err(ReadError::Failed { source })
            }
            _ => self.inner.read(read, page).await,
        }
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

/// Batches fail as appends do.
impl<S: BulkStore> BulkStore for Faulty<S> {
    async fn append_recorded(
        &self,
        batch: Batch,
        positions: Positions,
    ) -> Result<BulkAppended, BulkError> {
        let unknown = || {
            let source = "the connection was cut, as the test planned".into();
            BulkError::OutcomeUnknown { source }
        };
        match next(&self.appends) {
            Some(Fault::Refuse) => {
                let source = "the store is out of order, as the test planned".into();
                return Err(BulkError::Failed { source });
            }
            Some(Fault::LoseRequest) => return Err(unknown()),
            Some(Fault::LoseAnswer) => {
                // Whatever it says is lost.
                let _ = self.inner.append_recorded(batch, positions).await;
                return Err(unknown());
            }
            Some(Fault::Overtake(other)) => {
                if let Err(error) = self.inner.append(other).await {
                    let source = error.into();
                    return Err(BulkError::Failed { source });
                }
            }
            _ => {}
        }
        self.inner.append_recorded(batch, positions).await
    }
}

fn next(plan: &Mutex<VecDeque<Fault>>) -> Option<Fault> {
    plan.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front()
}
