use std::fmt;
use std::ops::{Deref, Range};

use crate::aggregate::{Emits, Starts};
#[cfg(feature = "store")]
use crate::fold::Baseline;
use crate::folding::{Applies as _, Makes as _};
use crate::{
    Aggregate, CommitError, Context, EncodeError, Event, EventKind, Meta, Skipped, Version,
};

/// An aggregate that exists: its state, its version, and the events it has emitted since.
///
/// Dereferences to the state. Everything but [`Root::emit`] is an associated function, such as
/// `Root::version(&root)`, so that it never hides a field or method of the state.
///
/// ```
/// use pericarp::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: u64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
/// let mut counter = Root::<Counter>::empty("visits".to_string());
/// counter.emit(Added { n: 2 });
/// assert_eq!(counter.total, 2);
/// assert_eq!(Root::version(&counter), pericarp::Version::new(1));
/// assert_eq!(Root::uncommitted(&counter), 1);
/// ```
pub struct Root<A: Aggregate> {
    id: A::Id,
    state: A,
    version: Version,
    skipped: Skipped,
    /// The version of the snapshot that it comes from.
    snapshot: Version,
    context: Context,
    pending: Pending,
}

/// The place of an aggregate that does not exist yet. Its only verb is [`New::create`].
pub struct New<'t, A: Aggregate> {
    slot: &'t mut Slot<A>,
}

impl<A: Aggregate> Root<A> {
    /// A root around a state that was folded from the first `version` events. What it emits
    /// happens now, unless [`Root::set_context`] says otherwise.
    pub fn new(id: A::Id, state: A, version: Version) -> Self {
        Self {
            id,
            state,
            version,
            skipped: Skipped::default(),
            snapshot: Version::NONE,
            context: Context::default(),
            pending: Pending::default(),
        }
    }

    /// A root without any event, for aggregates that start from their `Default`.
    pub fn empty(id: A::Id) -> Self
    where
        A: Default,
    {
        Self::new(id, A::default(), Version::NONE)
    }

    /// Emits an event: it is applied at once, and stored when the root is saved.
    ///
    /// An event that serde cannot serialise is not applied; saving the root then fails with
    /// that error, and nothing is stored.
    pub fn emit<E: Event>(&mut self, event: E)
    where
        A: Emits<E>,
    {
        if self.pending.push(&event, &self.context) {
            self.version = self.version.next();
            let meta = Meta::new(
                self.version,
                self.context.occurred_at(),
                self.context.metadata_json(),
            );
            A::By::apply(&mut self.state, event, &meta);
        }
    }

    /// The id of the aggregate.
    pub fn id(root: &Self) -> &A::Id {
        &root.id
    }

    /// The version, uncommitted events included.
    pub fn version(root: &Self) -> Version {
        root.version
    }

    /// The version without the uncommitted events: what the store had when it was loaded.
    pub fn committed_version(root: &Self) -> Version {
        Version::new(root.version.get() - root.pending.len() as u64)
    }

    /// How many events were emitted and not stored yet.
    pub fn uncommitted(root: &Self) -> usize {
        root.pending.len()
    }

    /// How many stored events were passed over when it was loaded, and why: what is dropped, and
    /// what `unknown = skip` and `newer = skip` let pass.
    pub fn skipped(root: &Self) -> Skipped {
        root.skipped
    }

    /// Sets the time and the metadata of the events that are emitted from now on.
    pub fn set_context(root: &mut Self, context: Context) {
        root.context = context;
    }

    /// The state alone.
    pub fn into_state(root: Self) -> A {
        root.state
    }

    #[cfg(any(feature = "store", feature = "testing"))]
    pub(crate) fn set_skipped(root: &mut Self, skipped: Skipped) {
        root.skipped = skipped;
    }

    #[cfg(any(feature = "store", feature = "testing"))]
    pub(crate) fn set_snapshot(root: &mut Self, version: Version) {
        root.snapshot = version;
    }

    /// None is due, whatever it emits: its state may be another than that of its stream, since its
    /// events may have come to the log with another time or other metadata.
    pub(crate) fn have_no_snapshot(root: &mut Self) {
        root.snapshot = Version::new(u64::MAX);
    }

    #[cfg(feature = "store")]
    pub(crate) fn snapshot(root: &Self) -> Version {
        root.snapshot
    }

    #[cfg(feature = "store")]
    pub(crate) fn from_baseline(id: A::Id, baseline: Baseline<A>) -> Self {
        Self {
            skipped: baseline.skipped,
            snapshot: baseline.snapshot,
            ..Self::new(id, baseline.state, baseline.version)
        }
    }

    /// What later events are folded into, once its own are stored.
    #[cfg(feature = "store")]
    pub(crate) fn into_baseline(root: Self) -> Baseline<A> {
        Baseline {
            state: root.state,
            version: root.version,
            skipped: root.skipped,
            snapshot: root.snapshot,
        }
    }

    /// How many events there are behind the snapshot that it comes from.
    #[cfg(feature = "store")]
    pub(crate) fn behind_snapshot(root: &Self) -> u64 {
        root.version.get().saturating_sub(root.snapshot.get())
    }

    pub(crate) fn pending(root: &Self) -> &Pending {
        &root.pending
    }

    /// Whether there is anything to store, or a reason why it cannot be.
    #[cfg(feature = "store")]
    pub(crate) fn is_clean(root: &Self) -> bool {
        root.pending.len() == 0 && root.pending.fault().is_none()
    }

    pub(crate) fn mark_committed(root: &mut Self) {
        root.pending.clear();
    }

    /// A handler emitted events and then refused: what it emitted must never be stored.
    fn mark_refused_since(root: &mut Self, uncommitted: usize) {
        root.pending.refused |= root.pending.len() > uncommitted;
    }
}

impl<A: Aggregate> Deref for Root<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

impl<A: Aggregate + fmt::Debug> fmt::Debug for Root<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root")
            .field("id", &format_args!("{}", self.id))
            .field("state", &self.state)
            .field("version", &self.version)
            .field("uncommitted", &self.pending.len())
            .finish()
    }
}

impl<'t, A: Aggregate> New<'t, A> {
    /// Creates the aggregate with its first event, and returns it, ready for more.
    pub fn create<E: Event>(self, event: E) -> &'t mut Root<A>
    where
        A: Starts<E>,
    {
        let Slot {
            id, root, context, ..
        } = self.slot;
        let meta = Meta::new(
            Version::FIRST,
            context.occurred_at(),
            context.metadata_json(),
        );
        let mut pending = Pending::default();
        let pushed = pending.push(&event, context);
        root.insert(Root {
            id: id.clone(),
            state: A::By::make(event, &meta),
            version: if pushed {
                Version::FIRST
            } else {
                Version::NONE
            },
            skipped: Skipped::default(),
            snapshot: Version::NONE,
            context: context.clone(),
            pending,
        })
    }

    /// The id it is going to have.
    pub fn id(&self) -> &A::Id {
        &self.slot.id
    }
}

impl<A: Aggregate> fmt::Debug for New<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "New({})", self.slot.id)
    }
}

/// The place of one aggregate while a command runs: with a root in it, or without.
#[derive(Debug)]
pub struct Slot<A: Aggregate> {
    id: A::Id,
    root: Option<Root<A>>,
    context: Context,
    uncommitted: usize,
}

impl<A: Aggregate> Slot<A> {
    pub(crate) fn new(id: A::Id, mut root: Option<Root<A>>, context: Context) -> Self {
        let uncommitted = root.as_ref().map_or(0, Root::uncommitted);
        if let Some(root) = &mut root {
            root.context = context.clone();
        }
        Self {
            id,
            root,
            context,
            uncommitted,
        }
    }

    pub(crate) fn new_target(&mut self) -> Option<New<'_, A>> {
        let taken = self
            .root
            .as_ref()
            .is_some_and(|root| root.version != Version::NONE);
        (!taken).then_some(New { slot: self })
    }

    pub(crate) fn existing(&mut self) -> Option<&mut Root<A>> {
        self.root
            .as_mut()
            .filter(|root| root.version != Version::NONE)
    }

    pub(crate) fn existing_or_initial(&mut self) -> Option<&mut Root<A>> {
        if self.root.is_none() {
            let mut root = Root::new(self.id.clone(), A::initial()?, Version::NONE);
            root.context = self.context.clone();
            self.root = Some(root);
        }
        self.root.as_mut()
    }

    /// The root as the handler left it.
    pub(crate) fn into_root(mut self, refused: bool) -> Option<Root<A>> {
        if let (true, Some(root)) = (refused, &mut self.root) {
            Root::mark_refused_since(root, self.uncommitted);
        }
        self.root
    }
}

/// Events that were emitted and not stored yet, serialised into one buffer.
#[derive(Default)]
pub(crate) struct Pending {
    bytes: Vec<u8>,
    events: Vec<PendingEvent>,
    error: Option<EncodeError>,
    refused: bool,
}

pub(crate) struct PendingEvent {
    pub(crate) kind: &'static EventKind,
    pub(crate) context: Context,
    data: Range<usize>,
}

impl Pending {
    fn push<E: Event>(&mut self, event: &E, context: &Context) -> bool {
        let start = self.bytes.len();
        match event.encode(&mut self.bytes) {
            Ok(()) => {
                self.events.push(PendingEvent {
                    kind: event.kind(),
                    context: context.clone(),
                    data: start..self.bytes.len(),
                });
                true
            }
            Err(error) => {
                self.bytes.truncate(start);
                self.error.get_or_insert(error);
                false
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// Why these events must not be stored, if so.
    pub(crate) fn fault(&self) -> Option<CommitError> {
        if self.refused {
            return Some(CommitError::Refused);
        }
        let error = self.error.as_ref()?;
        Some(CommitError::Emit {
            event_type: error.event_type.clone(),
            reason: error.source.to_string(),
        })
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&PendingEvent, &[u8])> {
        self.events
            .iter()
            .map(|event| (event, &self.bytes[event.data.clone()]))
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.events.clear();
    }
}
