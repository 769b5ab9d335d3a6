use std::fmt;
use std::sync::Arc;

use super::baselines::Baselines;
use super::core::Core;
use super::{Repository, Retry, UnitOfWork};
use crate::middleware::Push;
use crate::store::Store;
use crate::{Aggregate, Clock, CommitId, Context, Ids, RandomIds, SystemClock};

/// An application on a store: it loads aggregates, executes commands and asks queries. Clones share
/// it.
///
/// What else it is made of, such as read models and what middlewares need, are its parts `P`: see
/// [`PericarpBuilder::with`]. What every request passes through are its layers `L`: see
/// [`PericarpBuilder::layer`].
///
/// ```
/// use pericarp::Pericarp;
/// use pericarp::store::MemoryStore;
///
/// let app = Pericarp::new(MemoryStore::new());
/// let same = app.clone();
/// # let _ = same;
/// ```
pub struct Pericarp<S, P = (), L = ()> {
    pub(super) core: Core<S>,
    made_of: Arc<MadeOf<P, L>>,
}

struct MadeOf<P, L> {
    parts: P,
    layers: L,
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
pub struct PericarpBuilder<S, P = (), L = ()> {
    store: S,
    retry: Retry,
    clock: Box<dyn Clock>,
    ids: Box<dyn Ids>,
    cached_aggregates: usize,
    parts: P,
    layers: L,
}

/// Aggregates that stay in memory unless told otherwise.
pub(crate) const CACHED_AGGREGATES: usize = 1_000;

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
            cached_aggregates: CACHED_AGGREGATES,
            parts: (),
            layers: (),
        }
    }
}

impl<S: Store, P, L> Pericarp<S, P, L> {
    /// The store.
    pub fn store(&self) -> &S {
        self.core.store()
    }

    /// What else it is made of.
    pub fn parts(&self) -> &P {
        &self.made_of.parts
    }

    /// What every request passes through, outermost first.
    pub fn layers(&self) -> &L {
        &self.made_of.layers
    }

    /// Loads and saves aggregates of one type.
    pub fn repository<A: Aggregate>(&self) -> Repository<A, S> {
        Repository::new(self.core.clone())
    }

    /// Collects the events of several aggregates into one atomic commit.
    pub fn unit_of_work<'r>(&self) -> UnitOfWork<'r, S> {
        UnitOfWork::new(self.core.clone())
    }

    /// The time and metadata of events whose command says nothing about it: now, and none.
    pub fn context(&self) -> Context {
        Context::new(self.core.now())
    }

    /// A new commit id.
    pub fn next_commit_id(&self) -> CommitId {
        self.core.next_commit_id()
    }
}

impl<S, P, L> PericarpBuilder<S, P, L> {
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

    /// How many aggregates whose derive says `cached` stay in memory, 1,000 unless told otherwise;
    /// those that were not used for longest make room. With 0 none does.
    ///
    /// One that is there spares a command the load: what it decides on is what was there after the
    /// last, and counts if the store finds that nobody was faster. Where it refuses, or has nothing
    /// to store, it decides again on what the store has.
    ///
    /// ```
    /// use pericarp::Pericarp;
    /// use pericarp::store::MemoryStore;
    ///
    /// let app = Pericarp::builder(MemoryStore::new())
    ///     .cached_aggregates(50_000)
    ///     .build();
    /// # let _ = app;
    /// ```
    #[must_use]
    pub fn cached_aggregates(mut self, aggregates: usize) -> Self {
        self.cached_aggregates = aggregates;
        self
    }

    /// What else it is made of: one value that [provides](crate::Provide) the read models that
    /// queries are asked of, and what middlewares need.
    #[must_use]
    pub fn with<Q: Send + Sync>(self, parts: Q) -> PericarpBuilder<S, Q, L> {
        PericarpBuilder {
            store: self.store,
            retry: self.retry,
            clock: self.clock,
            ids: self.ids,
            cached_aggregates: self.cached_aggregates,
            parts,
            layers: self.layers,
        }
    }

    /// Lets every request pass through a middleware, outside of those it lists itself. The first
    /// that is added is outermost.
    ///
    /// Unlike those that are listed it is a value of this application, made when it starts. It
    /// must be a middleware for every request that is executed or asked, and what it needs the
    /// parts must provide; else the compiler says so there.
    ///
    /// ```
    /// use pericarp::Pericarp;
    /// use pericarp::middleware::{CatchPanic, Timeout};
    /// use pericarp::store::MemoryStore;
    ///
    /// let app = Pericarp::builder(MemoryStore::new())
    ///     .layer(Timeout::secs(30))
    ///     .layer(CatchPanic)
    ///     .build();
    /// # let _ = app;
    /// ```
    #[must_use]
    pub fn layer<M>(self, layer: M) -> PericarpBuilder<S, P, L::Pushed>
    where
        L: Push<M>,
    {
        PericarpBuilder {
            store: self.store,
            retry: self.retry,
            clock: self.clock,
            ids: self.ids,
            cached_aggregates: self.cached_aggregates,
            parts: self.parts,
            layers: self.layers.push(layer),
        }
    }

    /// The application.
    pub fn build(self) -> Pericarp<S, P, L> {
        Pericarp {
            core: Core::new(
                self.store,
                self.retry,
                self.clock,
                self.ids,
                Baselines::new(self.cached_aggregates),
            ),
            made_of: Arc::new(MadeOf {
                parts: self.parts,
                layers: self.layers,
            }),
        }
    }
}

impl<S, P, L> Clone for Pericarp<S, P, L> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
            made_of: self.made_of.clone(),
        }
    }
}

impl<S: fmt::Debug, P, L> fmt::Debug for Pericarp<S, P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pericarp")
            .field("store", self.core.store())
            .field("retry", self.core.retry())
            .finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, P, L> fmt::Debug for PericarpBuilder<S, P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PericarpBuilder")
            .field("store", &self.store)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
