use super::body::Body;
use super::shape::Type;
use crate::listing::Listing;
use crate::{Aggregate, EventKind};

/// The shapes of the events of an aggregate, or of one event type.
///
/// Implemented by `#[derive(Event)]` and `#[derive(Aggregate)]`; for an event with type
/// parameters, where these have a [`Shape`](super::Shape).
#[diagnostic::on_unimplemented(
    message = "derive `Aggregate` or `Event` for `{Self}`, whose shape is not known",
    label = "neither an aggregate nor an event that describes itself",
    note = "where an event has type parameters, these need a `Shape`"
)]
pub trait Described {
    /// What is known of each event.
    const SHAPES: &'static [Entry];
}

/// What is known of an event, or of a listed type of event.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Entry {
    /// A kind of event.
    #[doc(hidden)]
    Event(EventShape),
    /// The names of events that are passed over on purpose.
    #[doc(hidden)]
    Dropped(&'static [&'static str]),
    /// An aggregate.
    #[doc(hidden)]
    Category(Category),
}

/// The category of an aggregate, and what it lists.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Category {
    pub(crate) name: &'static str,
    pub(crate) listed: &'static [Listing],
    pub(crate) dropped: &'static [&'static str],
}

impl Entry {
    /// Describes an aggregate.
    #[doc(hidden)]
    pub const fn category<A: Aggregate>(listed: &'static [Listing]) -> Self {
        Self::Category(Category {
            name: A::CATEGORY,
            listed,
            dropped: A::DROPPED,
        })
    }
}

/// An older event: its name, and each version as what it is read as.
pub(crate) type SplitShape = (&'static str, &'static [(u32, Type)]);

/// The shape of one kind of event.
#[derive(Clone, Copy, Debug)]
pub struct EventShape {
    pub(crate) kind: EventKind,
    pub(crate) payload: Body,
    pub(crate) older: &'static [(u32, Type)],
    pub(crate) splits: &'static [SplitShape],
}

impl EventShape {
    /// Describes an event that is read in its own version.
    #[doc(hidden)]
    pub const fn new(kind: EventKind, payload: Body) -> Self {
        Self {
            kind,
            payload,
            older: &[],
            splits: &[],
        }
    }

    /// Older versions that are read too, each as what it is read as.
    #[doc(hidden)]
    pub const fn older(mut self, versions: &'static [(u32, Type)]) -> Self {
        self.older = versions;
        self
    }

    /// Older events that it takes a part of.
    #[doc(hidden)]
    pub const fn splits(mut self, splits: &'static [SplitShape]) -> Self {
        self.splits = splits;
        self
    }
}
