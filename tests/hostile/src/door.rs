//! An aggregate that is an enum, with an event enum of its own.

use ::pericarp::{Aggregate, Apply, Command, Event, Handle, Meta, RecordedEvent, Root};
use ::serde::{Deserialize, Serialize};
use ::std::borrow::Cow;

/// What is stored about a door.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(dropped("hostile.door.squeaked"))]
pub enum DoorEvent<'a> {
    /// It was opened.
    #[event(
        name = "hostile.door.opened",
        version = 2,
        alias("hostile.door.open"),
        upcast(1 => OpenedV1<'_>)
    )]
    Opened {
        /// By whom.
        #[serde(borrow)]
        by: Cow<'a, str>,
    },
    /// It was painted.
    #[event(name = "hostile.door.painted", split_from("hostile.door.changed", 1 => Changed))]
    Painted(u8),
    /// Somebody said something.
    #[event(name = "hostile.door.heard")]
    Heard(#[event(no_escapes)] &'a str),
    /// It was closed.
    #[event(name = "hostile.door.closed")]
    Closed,
    /// Something else happened.
    #[event(unknown, newer)]
    #[serde(skip)]
    Other(RecordedEvent<'a>),
}

/// As it was once.
#[derive(Debug, Deserialize)]
pub struct OpenedV1<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> ::core::convert::From<OpenedV1<'a>> for DoorEvent<'a> {
    fn from(old: OpenedV1<'a>) -> Self {
        Self::Opened { by: old.0 }
    }
}

/// It was painted, perhaps more than once.
#[derive(Debug, Deserialize)]
pub struct Changed(::std::vec::Vec<u8>);

impl ::core::convert::From<Changed> for ::std::vec::Vec<DoorEvent<'_>> {
    fn from(old: Changed) -> Self {
        use ::core::iter::{IntoIterator as _, Iterator as _};
        old.0.into_iter().map(DoorEvent::Painted).collect()
    }
}

/// A door.
#[derive(Aggregate, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[aggregate(category = "hostile.door", id = u64, event = DoorEvent<'_>)]
pub enum Door {
    /// As it is delivered.
    #[default]
    Closed,
    /// As it is used.
    Open,
}

impl Apply<DoorEvent<'_>> for Door {
    fn apply(&mut self, event: DoorEvent<'_>, _: &Meta<'_>) {
        match event {
            DoorEvent::Opened { .. } => *self = Self::Open,
            DoorEvent::Painted(_) | DoorEvent::Heard(_) | DoorEvent::Other(_) => {}
            DoorEvent::Closed => *self = Self::Closed,
        }
    }
}

/// Closes a door.
#[derive(Command, Debug)]
#[command(aggregate = Door)]
pub struct Close {
    /// Which.
    #[command(id)]
    pub door: u64,
}

impl Handle<Close> for Door {
    fn handle(door: &mut Root<Self>, _: &Close) -> ::core::result::Result<(), Self::Error> {
        door.emit(DoorEvent::Closed);
        ::core::result::Result::Ok(())
    }
}

/// Its variants are named like the types of its own impl.
#[derive(Aggregate, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[aggregate(category = "hostile.lookalike", id = u64, event = DoorEvent<'_>)]
pub enum Lookalike {
    /// Not `Aggregate::Id`.
    #[default]
    Id,
    /// Not `Aggregate::Event`.
    Event,
    /// Not `Aggregate::Error`.
    Error,
}

impl Apply<DoorEvent<'_>> for Lookalike {
    fn apply(&mut self, _: DoorEvent<'_>, _: &Meta<'_>) {
        *self = Self::Event;
    }
}
