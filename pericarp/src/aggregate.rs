use std::fmt;

use crate::folding::{Applies, Makes};
use crate::{DecodeEvent, Meta, Policy, Snapshots};

/// State that is folded from the events of one stream, and decides which events come next.
///
/// Derive it; then say what each event does to the state with [`Apply`] and, for events that
/// bring an instance into being, [`Create`].
///
/// ```
/// use pericarp::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "counter.added")]
/// struct Added { n: u64 }
///
/// #[derive(Aggregate, Default)]
/// #[aggregate(category = "counter", id = String, events(Added))]
/// struct Counter { total: u64 }
///
/// impl Apply<Added> for Counter {
///     fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n }
/// }
///
/// let mut counter = Root::<Counter>::empty("visits".to_string());
/// counter.emit(Added { n: 2 });
/// assert_eq!(counter.total, 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "derive `Aggregate` for `{Self}`, which is not an aggregate",
    label = "not an aggregate",
    note = "derive it: `#[derive(Aggregate)] #[aggregate(category = \"noun\", id = Id, events(..))]`"
)]
pub trait Aggregate: Sized + Send + Sync + 'static {
    /// The category of its streams.
    const CATEGORY: &'static str;

    /// What tells one instance from another; its text is the key of the stream.
    type Id: fmt::Display + Clone + PartialEq + Send + Sync + 'static;

    /// Why a command may be refused.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Any one of its events, borrowing from the stored bytes for `'e`.
    type Event<'e>: DecodeEvent<'e>;

    /// Stored names of events that its streams may hold and that no longer matter. Replay passes
    /// them over and [counts](crate::Root::skipped) them.
    const DROPPED: &'static [&'static str] = &[];

    /// What replay does about an event that it does not know.
    const UNKNOWN: Policy = Policy::Stop;

    /// What replay does about an event whose schema version is from a later build.
    const NEWER: Policy = Policy::Stop;

    /// How snapshots of it are taken; `None` if its events are all folded each time.
    const SNAPSHOTS: Option<Snapshots<Self>> = None;

    /// How to copy a state, so that it stays in memory from one command to the next; `None` if it
    /// does not.
    const CACHED: Option<fn(&Self) -> Self> = None;

    /// The state before the first event, if there is one; `None` if an event must create it.
    fn initial() -> Option<Self> {
        None
    }

    /// Folds one event into the state.
    ///
    /// # Errors
    /// [`FoldError`] if a creating event comes to a state that exists, or another event to one
    /// that does not.
    fn fold(
        state: &mut Option<Self>,
        event: Self::Event<'_>,
        meta: &Meta<'_>,
    ) -> Result<(), FoldError>;
}

/// What an event does to the state of an aggregate that exists.
///
/// Apply never fails: the event has already happened. While an aggregate is loaded it may run on
/// a thread of the store, so it computes and waits for nothing.
#[diagnostic::on_unimplemented(
    message = "write `impl Apply<{E}> for {Self}`, which says what the event does to the aggregate",
    label = "no `Apply<{E}>` for `{Self}`",
    note = "write `impl Apply<{E}> for {Self} {{ fn apply(&mut self, event: {E}, meta: &Meta<'_>) {{ .. }} }}`"
)]
pub trait Apply<E> {
    /// Changes the state as the event says.
    fn apply(&mut self, event: E, meta: &Meta<'_>);
}

/// How an event brings an aggregate into being.
#[diagnostic::on_unimplemented(
    message = "write `impl Create<{E}> for {Self}`, which says how the event creates the aggregate",
    label = "no `Create<{E}>` for `{Self}`",
    note = "write `impl Create<{E}> for {Self} {{ fn create(event: {E}, meta: &Meta<'_>) -> Self {{ .. }} }}`"
)]
pub trait Create<E>: Sized {
    /// The first state.
    fn create(event: E, meta: &Meta<'_>) -> Self;
}

/// Listed by the aggregate as an event that may follow. Implemented by `#[derive(Aggregate)]`.
#[diagnostic::on_unimplemented(
    message = "add `{E}` to `events(..)` of `{Self}`, which does not list it",
    label = "`{E}` is not in `events(..)` of `{Self}`",
    note = "an event that `created_by(..)` alone lists can only be the first"
)]
pub trait Emits<E>: Aggregate {
    #[doc(hidden)]
    type By: Applies<Self, E>;
}

/// Listed by the aggregate as an event that may come first. Implemented by `#[derive(Aggregate)]`.
#[diagnostic::on_unimplemented(
    message = "add `{E}` to `created_by(..)` of `{Self}`, which does not list it",
    label = "`{E}` is not in `created_by(..)` of `{Self}`",
    note = "only an event that is listed there can be the first; list it in `events(..)` too if it may follow"
)]
pub trait Starts<E>: Aggregate {
    #[doc(hidden)]
    type By: Makes<Self, E>;
}

/// An event that does not fit the state it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FoldError {
    /// An event that only creates came to a state that already exists.
    #[error(
        "an event that creates the aggregate came to one that exists; list it in `events(..)` too if it may"
    )]
    AlreadyCreated,
    /// An event came to a state that nothing has created.
    #[error(
        "an event came before any event that creates the aggregate; list it in `created_by(..)` if it may"
    )]
    NotCreated,
}
