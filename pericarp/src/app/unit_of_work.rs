use std::collections::HashSet;
use std::fmt;
use std::future::Future;

use super::SaveError;
use super::core::Core;
use super::keep::{due, is_as_of, snapshot_of};
use super::repository::stream_of;
use super::spans;
use crate::store::{NewSnapshot, Read, ReadError, Store, StoreFault};
use crate::{Aggregate, Commit, CommitError, CommitId, Committed, Page, Root};

/// Several aggregates, one atomic commit: first everything is stored, then it is dispatched.
///
/// The roots keep their events until the store has them, so that after a failure nothing is lost
/// and the work can be done again. Events are stored root by root; to keep the order in which
/// several roots emitted, as an import does, use [`Commit::record`].
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::Pericarp;
/// use pericarp::store::MemoryStore;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: i64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: i64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::new(MemoryStore::new());
/// let mut from = Root::<Counter>::empty("from".to_string());
/// let mut to = Root::<Counter>::empty("to".to_string());
/// from.emit(Added { n: -5 });
/// to.emit(Added { n: 5 });
///
/// let mut work = app.unit_of_work();
/// work.add(&mut from).add(&mut to);
/// let committed = work.commit().await?;
/// assert_eq!(committed.streams.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UnitOfWork<'r, S> {
    core: Core<S>,
    id: CommitId,
    /// Whether somebody else may have stored a commit with this id.
    may_be_there: bool,
    parts: Vec<&'r mut dyn Part>,
}

/// A root of any aggregate, as a unit of work sees it.
trait Part: Send {
    fn copy_to(&self, commit: &mut Commit) -> Result<(), CommitError>;
    /// Whether a snapshot is due.
    fn is_due(&self) -> bool;
    /// Its events are stored, as they are if `was_first`. A snapshot, if one is due.
    fn mark_committed(&mut self, committed: &Committed, was_first: bool) -> Option<NewSnapshot>;
}

impl<A: Aggregate> Part for Root<A> {
    fn copy_to(&self, commit: &mut Commit) -> Result<(), CommitError> {
        commit.copy_from(self)
    }

    fn is_due(&self) -> bool {
        due(self).is_some()
    }

    fn mark_committed(&mut self, committed: &Committed, was_first: bool) -> Option<NewSnapshot> {
        if Root::uncommitted(self) == 0 {
            return None;
        }
        Root::mark_committed(self);
        let stream = stream_of::<A>(Root::id(self)).ok()?;
        if was_first && is_as_of(committed, &stream, Root::version(self)) {
            return snapshot_of(self, stream);
        }
        Root::have_no_snapshot(self);
        None
    }
}

impl<A: Aggregate> Part for Option<Root<A>> {
    fn copy_to(&self, commit: &mut Commit) -> Result<(), CommitError> {
        self.as_ref().map_or(Ok(()), |root| commit.copy_from(root))
    }

    fn is_due(&self) -> bool {
        self.as_ref().is_some_and(Part::is_due)
    }

    fn mark_committed(&mut self, committed: &Committed, was_first: bool) -> Option<NewSnapshot> {
        self.as_mut()?.mark_committed(committed, was_first)
    }
}

/// Tells others about events that are stored.
#[diagnostic::on_unimplemented(
    message = "implement `Dispatch` for `{Self}`, which cannot tell others about stored events",
    note = "`impl Dispatch for {Self} {{ .. }}` handles the events of one commit"
)]
pub trait Dispatch: Send + Sync {
    /// Handles the events of one commit.
    ///
    /// # Errors
    /// Whatever went wrong. The events stay stored.
    fn dispatch(&self, events: &Page) -> impl Future<Output = Result<(), StoreFault>> + Send;
}

/// Why a unit of work did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnitOfWorkError {
    /// The commit failed; nothing was dispatched, and the roots keep their events.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// The events are stored, and could not be read back in order to be dispatched.
    #[error("read commit {} back to dispatch it", .committed.id)]
    ReadBack {
        /// Where they are stored.
        committed: Committed,
        /// Why they could not be read.
        source: ReadError,
    },
    /// The events are stored, and the dispatcher failed: dispatch them again.
    #[error("dispatch commit {}, which is stored", .committed.id)]
    Dispatch {
        /// Where they are stored.
        committed: Committed,
        /// The events as stored.
        events: Page,
        /// What the dispatcher said.
        source: StoreFault,
    },
}

impl UnitOfWorkError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Save(error) => error.code(),
            Self::ReadBack { .. } => "unit_of_work.read_back",
            Self::Dispatch { .. } => "unit_of_work.dispatch",
        }
    }

    /// Where the events are stored, if they are: then the work is done, and nobody was told of it.
    pub const fn committed(&self) -> Option<&Committed> {
        match self {
            Self::Save(_) => None,
            Self::ReadBack { committed, .. } | Self::Dispatch { committed, .. } => Some(committed),
        }
    }
}

impl<'r, S: Store> UnitOfWork<'r, S> {
    pub(super) fn new(core: Core<S>) -> Self {
        let id = core.next_commit_id();
        Self {
            core,
            id,
            may_be_there: false,
            parts: Vec::new(),
        }
    }

    /// Gives the commit an id, such as the idempotency key of a request or the id of a commit
    /// whose outcome is unknown.
    pub fn with_id(&mut self, id: CommitId) -> &mut Self {
        self.id = id;
        self.may_be_there = true;
        self
    }

    /// Adds what a root has emitted: a [`Root`], or an `Option` of one as [`decide`](crate::decide)
    /// leaves it. Events are stored in the order in which roots are added.
    #[expect(private_bounds, reason = "roots and options of roots are all there is")]
    pub fn add<P: Part>(&mut self, root: &'r mut P) -> &mut Self {
        self.parts.push(root);
        self
    }

    /// Stores everything, or nothing.
    ///
    /// # Errors
    /// [`SaveError`]; then the roots keep their events.
    pub async fn commit(mut self) -> Result<Committed, SaveError> {
        self.store().await
    }

    /// Stores everything, or nothing, and then tells `dispatcher`.
    ///
    /// # Errors
    /// [`UnitOfWorkError`], which says whether the events are stored.
    pub async fn commit_and_dispatch(
        mut self,
        dispatcher: &impl Dispatch,
    ) -> Result<Committed, UnitOfWorkError> {
        let committed = self.store().await?;
        if committed.is_empty() {
            return Ok(committed);
        }
        let events = match self
            .core
            .store()
            .read(Read::Commit(committed.id), Page::new())
            .await
        {
            Ok(events) => events,
            Err(source) => return Err(UnitOfWorkError::ReadBack { committed, source }),
        };
        match spans::dispatch(&committed, dispatcher.dispatch(&events)).await {
            Ok(()) => Ok(committed),
            Err(source) => Err(UnitOfWorkError::Dispatch {
                committed,
                events,
                source,
            }),
        }
    }

    async fn store(&mut self) -> Result<Committed, SaveError> {
        let mut commit = Commit::new(self.id);
        for part in &self.parts {
            part.copy_to(&mut commit)?;
        }
        refuse_same_stream_twice(&commit)?;
        let to_compare = (self.may_be_there && self.parts.iter().any(|part| part.is_due()))
            .then(|| commit.clone());
        let committed = self.core.append(commit).await?;
        let was_first = match to_compare {
            Some(commit) => self.core.was_stored_as(&commit).await,
            None => !self.may_be_there,
        };
        for part in &mut self.parts {
            if let Some(snapshot) = part.mark_committed(&committed, was_first) {
                self.core.store().keep_snapshot(snapshot);
            }
        }
        Ok(committed)
    }
}

/// Two roots of one aggregate expect the same version, so the commit would conflict with itself,
/// however often it is tried.
fn refuse_same_stream_twice(commit: &Commit) -> Result<(), CommitError> {
    let mut seen = HashSet::new();
    let twice = commit
        .appends()
        .find(|(append, _)| !seen.insert(&append.stream));
    match twice {
        Some((append, _)) => Err(CommitError::SameStreamTwice {
            stream: append.stream.clone(),
        }),
        None => Ok(()),
    }
}

impl<S> fmt::Debug for UnitOfWork<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitOfWork")
            .field("id", &self.id)
            .field("roots", &self.parts.len())
            .finish_non_exhaustive()
    }
}
