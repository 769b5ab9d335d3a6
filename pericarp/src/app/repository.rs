use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use super::core::Core;
use super::folding::Folding;
use super::spans;
use super::{LoadError, Pericarp, SaveError, UnitOfWork};
use crate::store::{ReadError, ReadStream, ReadStreams, Store, Visit};
use crate::{
    Aggregate, Commit, Committed, Context, DecodeError, InvalidName, Page, ReplayError, Root,
    StreamName, Version, replay,
};

/// Loads and saves aggregates of one type.
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::{Pericarp, Repository};
/// use pericarp::store::MemoryStore;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: u64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::new(MemoryStore::new());
/// let counters: Repository<Counter, _> = app.repository();
/// let mut counter = Root::<Counter>::empty("visits".to_string());
/// counter.emit(Added { n: 2 });
/// counters.save(&mut counter).await?;
/// assert_eq!(counters.load(&"visits".to_string()).await?.map(|root| root.total), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Repository<A, S> {
    core: Core<S>,
    aggregate: PhantomData<fn() -> A>,
}

impl<A: Aggregate, S: Store> Repository<A, S> {
    pub(super) fn new(core: Core<S>) -> Self {
        Self {
            core,
            aggregate: PhantomData,
        }
    }

    /// Loads an aggregate, by folding every event of its stream; `None` if it has none.
    ///
    /// # Errors
    /// [`LoadError`] if the store cannot be read, or an event cannot be folded.
    pub async fn load(&self, id: &A::Id) -> Result<Option<Root<A>>, LoadError> {
        self.core.load(id).await
    }

    /// Loads many aggregates with as few reads as their events fit into; the answer has the order
    /// of `ids`.
    ///
    /// # Errors
    /// [`LoadError`], as [`Repository::load`].
    pub async fn load_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Root<A>>>, LoadError> {
        self.core.load_many(ids).await
    }

    /// Stores what the root has emitted, if its stream is as it was when the root was loaded.
    ///
    /// # Errors
    /// [`SaveError`]; then the root keeps its events.
    pub async fn save(&self, root: &mut Root<A>) -> Result<Committed, SaveError> {
        let mut work = UnitOfWork::new(self.core.clone());
        work.add(root);
        work.commit().await
    }
}

impl<S: Store, P, L> Pericarp<S, P, L> {
    /// Loads an aggregate, by folding every event of its stream; `None` if it has none.
    ///
    /// # Errors
    /// [`LoadError`] if the store cannot be read, or an event cannot be folded.
    pub async fn load<A: Aggregate>(&self, id: &A::Id) -> Result<Option<Root<A>>, LoadError> {
        self.core.load(id).await
    }

    /// Loads many aggregates with as few reads as their events fit into; the answer has the order
    /// of `ids`.
    ///
    /// # Errors
    /// [`LoadError`], as [`Pericarp::load`].
    pub async fn load_many<A: Aggregate>(
        &self,
        ids: &[A::Id],
    ) -> Result<Vec<Option<Root<A>>>, LoadError> {
        self.core.load_many(ids).await
    }
}

impl<S: Store> Core<S> {
    async fn load<A: Aggregate>(&self, id: &A::Id) -> Result<Option<Root<A>>, LoadError> {
        self.load_stream(id, stream_of::<A>(id)?).await
    }

    pub(super) async fn load_stream<A: Aggregate>(
        &self,
        id: &A::Id,
        stream: StreamName,
    ) -> Result<Option<Root<A>>, LoadError> {
        let (read, folding) = match self.baselines().get(&stream) {
            Some(baseline) => {
                let read = ReadStream::new(stream.clone()).from(baseline.version.next());
                (read, Folding::from_baseline(baseline))
            }
            None => (
                ReadStream::new(stream.clone()),
                Folding::from_snapshot(&stream),
            ),
        };
        let known = folding.version();
        let fold = spans::load(&stream, self.store().visit(read, folding)).await?;
        if let Some(refused) = fold.refused() {
            spans::snapshot_refused(&stream, refused);
        }
        let root = self.folded(id, stream.clone(), fold).await?;
        if let Some(root) = &root
            && Root::version(root) > known
        {
            self.remember(&stream, root);
        }
        Ok(root)
    }

    /// The aggregate that a stream was folded to.
    pub(super) async fn folded<A: Aggregate>(
        &self,
        id: &A::Id,
        stream: StreamName,
        fold: Folding<A>,
    ) -> Result<Option<Root<A>>, LoadError> {
        let failed_at = fold.version();
        match fold.into_root(id) {
            Err(ReplayError::Decode(error)) => Err(self
                .whole_decode_error::<A>(stream, failed_at, error)
                .await?
                .into()),
            outcome => Ok(outcome?.map(|root| self.stamp(root))),
        }
    }

    /// What a loaded root emits happens now, unless it is told otherwise.
    fn stamp<A: Aggregate>(&self, mut root: Root<A>) -> Root<A> {
        Root::set_context(&mut root, Context::new(self.now()));
        root
    }

    /// A fold does not look at an event's id and position; an error names them.
    #[cold]
    async fn whole_decode_error<A: Aggregate>(
        &self,
        stream: StreamName,
        version: Version,
        error: DecodeError,
    ) -> Result<ReplayError, ReadError> {
        let read = ReadStream::new(stream).from(version).limit(1);
        let page = self.store().read(read.into(), Page::new()).await?;
        Ok(
            match page.first().map(|event| replay::<A>(&mut None, &event)) {
                Some(Err(ReplayError::Decode(whole))) => whole.into(),
                _ => error.into(),
            },
        )
    }

    async fn load_many<A: Aggregate>(
        &self,
        ids: &[A::Id],
    ) -> Result<Vec<Option<Root<A>>>, LoadError> {
        let mut roots = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IDS_AT_ONCE) {
            roots.extend(self.load_chunk(ids).await?);
        }
        Ok(roots)
    }

    async fn load_chunk<A: Aggregate>(
        &self,
        ids: &[A::Id],
    ) -> Result<Vec<Option<Root<A>>>, LoadError> {
        let streams: Vec<StreamName> = ids.iter().map(stream_of::<A>).collect::<Result<_, _>>()?;
        let mut places: HashMap<&str, Vec<usize>> = HashMap::with_capacity(ids.len());
        for (place, stream) in streams.iter().enumerate() {
            places.entry(stream.as_str()).or_default().push(place);
        }
        let mut folds: Vec<Folding<A>> = ids.iter().map(|_| Folding::default()).collect();
        let mut pages = self.store().pages(ReadStreams::new(streams.as_slice()));
        while let Some(page) = pages.next().await? {
            for event in page.events() {
                for &place in places.get(event.stream).into_iter().flatten() {
                    let _ = folds[place].visit(&event);
                }
            }
        }
        let roots = folds
            .into_iter()
            .zip(ids)
            .map(|(fold, id)| Ok(fold.into_root(id)?.map(|root| self.stamp(root))));
        roots.collect()
    }

    pub(super) async fn append(&self, commit: Commit) -> Result<Committed, SaveError> {
        let span = spans::of_append(&commit);
        Ok(spans::append(span, self.store().append(commit)).await?)
    }
}

/// Streams that are asked for at once: each page looks all of them up.
const IDS_AT_ONCE: usize = 500;

pub(super) fn stream_of<A: Aggregate>(id: &A::Id) -> Result<StreamName, InvalidName> {
    StreamName::new(A::CATEGORY, id)
}

impl<A, S> Clone for Repository<A, S> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
            aggregate: PhantomData,
        }
    }
}

impl<A: Aggregate, S: fmt::Debug> fmt::Debug for Repository<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository")
            .field("category", &A::CATEGORY)
            .field("store", self.core.store())
            .finish_non_exhaustive()
    }
}
