use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use tokio::sync::Mutex as AsyncMutex;

use super::{Repository, Retry, UnitOfWork};
use crate::store::Store;
use crate::{Aggregate, Clock, CommitId, Context, Ids, RandomIds, StreamName, SystemClock};

/// An application on a store: it loads aggregates and executes commands. Clones share it.
///
/// ```
/// use pericarp::Pericarp;
/// use pericarp::store::MemoryStore;
///
/// let app = Pericarp::new(MemoryStore::new());
/// let same = app.clone();
/// # let _ = same;
/// ```
pub struct Pericarp<S> {
    pub(super) shared: Arc<Shared<S>>,
}

pub(super) struct Shared<S> {
    pub(super) store: S,
    pub(super) retry: Retry,
    clock: Box<dyn Clock>,
    ids: Box<dyn Ids>,
    gates: Gates,
}

/// Puts a [`Pericarp`] together from parts other than the default ones.
///
/// ```
/// use pericarp::{Pericarp, Retry};
/// use pericarp::store::MemoryStore;
///
/// let app = Pericarp::builder(MemoryStore::new())
///     .retry(Retry { attempts: 3, ..Retry::default() })
///     .build();
/// # let _ = app;
/// ```
pub struct PericarpBuilder<S> {
    store: S,
    retry: Retry,
    clock: Box<dyn Clock>,
    ids: Box<dyn Ids>,
}

impl<S: Store> Pericarp<S> {
    /// An application on `store`, with the system's clock and random ids.
    pub fn new(store: S) -> Self {
        Self::builder(store).build()
    }

    /// An application whose parts are to be chosen.
    pub fn builder(store: S) -> PericarpBuilder<S> {
        PericarpBuilder {
            store,
            retry: Retry::default(),
            clock: Box::new(SystemClock),
            ids: Box::new(RandomIds),
        }
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.shared.store
    }

    /// Loads and saves aggregates of one type.
    pub fn repository<A: Aggregate>(&self) -> Repository<A, S> {
        Repository::new(self.clone())
    }

    /// Collects the events of several aggregates into one atomic commit.
    pub fn unit_of_work<'r>(&self) -> UnitOfWork<'r, S> {
        UnitOfWork::new(self.clone())
    }

    /// The time and metadata of events whose command says nothing about it: now, and none.
    pub fn context(&self) -> Context {
        Context::new(self.shared.clock.now())
    }

    /// A new commit id.
    pub fn next_commit_id(&self) -> CommitId {
        CommitId::new(self.shared.ids.next())
    }
}

impl<S> PericarpBuilder<S> {
    /// How often and how fast a command is retried after a conflict.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Where the time of events comes from.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Where the ids of commits come from.
    #[must_use]
    pub fn ids(mut self, ids: impl Ids) -> Self {
        self.ids = Box::new(ids);
        self
    }

    /// The application.
    pub fn build(self) -> Pericarp<S> {
        Pericarp {
            shared: Arc::new(Shared {
                store: self.store,
                retry: self.retry,
                clock: self.clock,
                ids: self.ids,
                gates: Gates::new(),
            }),
        }
    }
}

impl<S> Shared<S> {
    pub(super) fn gate(&self, stream: &StreamName) -> &AsyncMutex<()> {
        self.gates.of(stream)
    }
}

/// Where commands that conflict on a stream queue up, so that each of them is decided on the
/// state the one before it left. Streams share gates by hash.
struct Gates {
    hasher: RandomState,
    gates: [AsyncMutex<()>; 64],
}

impl Gates {
    fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            gates: std::array::from_fn(|_| AsyncMutex::new(())),
        }
    }

    fn of(&self, stream: &StreamName) -> &AsyncMutex<()> {
        let hash = self.hasher.hash_one(stream) as usize;
        &self.gates[hash % self.gates.len()]
    }
}

impl<S> Clone for Pericarp<S> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Pericarp<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pericarp")
            .field("store", &self.shared.store)
            .field("retry", &self.shared.retry)
            .finish_non_exhaustive()
    }
}

impl<S: fmt::Debug> fmt::Debug for PericarpBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PericarpBuilder")
            .field("store", &self.store)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
