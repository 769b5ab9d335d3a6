//! An aggregate that is an enum, with an event enum of its own.

use ::pericarp::{Aggregate, Apply, Command, Event, Handle, Meta, Root};
use ::serde::{Deserialize, Serialize};
use ::std::borrow::Cow;

/// What is stored about a door.
#[derive(Debug, Event, Serialize, Deserialize)]
pub enum DoorEvent<'a> {
    /// It was opened.
    #[event(name = "hostile.door.opened", version = 2, alias("hostile.door.open"))]
    Opened {
        /// By whom.
        #[serde(borrow)]
        by: Cow<'a, str>,
    },
    /// It was painted.
    #[event(name = "hostile.door.painted")]
    Painted(u8),
    /// It was closed.
    #[event(name = "hostile.door.closed")]
    Closed,
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
            DoorEvent::Painted(_) => {}
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
