//! Two aggregates for the tests: one that starts from its default, one that an event creates.

use std::collections::BTreeMap;

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "tally.added")]
pub(crate) struct Added {
    pub(crate) n: u64,
}

/// JSON has no keys like these.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "tally.unspeakable")]
pub(crate) struct Unspeakable {
    pub(crate) map: BTreeMap<(u8, u8), u8>,
}

/// Starts from its default.
#[derive(Aggregate, Default, Debug)]
#[aggregate(category = "tally", id = u64, error = Refusal, events(Added, Unspeakable))]
pub(crate) struct Tally {
    pub(crate) total: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal;

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refusal {}

impl Apply<Added> for Tally {
    fn apply(&mut self, event: Added, _: &Meta<'_>) {
        self.total += event.n;
    }
}

impl Apply<Unspeakable> for Tally {
    fn apply(&mut self, _: Unspeakable, _: &Meta<'_>) {
        self.total = u64::MAX;
    }
}

#[derive(Command)]
#[command(aggregate = Tally, returns = u64)]
pub(crate) struct Add {
    #[command(id)]
    pub(crate) tally: u64,
    pub(crate) n: u64,
}

/// Emits first and decides then: adds, and refuses if that made it too much.
impl Handle<Add> for Tally {
    fn handle(tally: &mut Root<Self>, add: &Add) -> Result<u64, Refusal> {
        tally.emit(Added { n: add.n });
        if tally.total > 1_000 {
            Err(Refusal)
        } else {
            Ok(tally.total)
        }
    }
}

#[derive(Command)]
#[command(aggregate = Tally)]
pub(crate) struct Speak {
    #[command(id)]
    pub(crate) tally: u64,
}

impl Handle<Speak> for Tally {
    fn handle(tally: &mut Root<Self>, _: &Speak) -> Result<(), Refusal> {
        tally.emit(Added { n: 1 });
        tally.emit(Unspeakable {
            map: BTreeMap::from([((1, 2), 3)]),
        });
        tally.emit(Added { n: 1 });
        Ok(())
    }
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "door.hung")]
pub(crate) struct Hung {
    pub(crate) colour: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "door.opened")]
pub(crate) struct Opened;

/// An event creates it.
#[derive(Aggregate, Debug)]
#[aggregate(category = "door", id = u64, created_by(Hung), events(Opened))]
pub(crate) struct Door {
    pub(crate) colour: String,
    pub(crate) opened: u32,
}

impl Create<Hung> for Door {
    fn create(event: Hung, _: &Meta<'_>) -> Self {
        Self {
            colour: event.colour,
            opened: 0,
        }
    }
}

impl Apply<Opened> for Door {
    fn apply(&mut self, _: Opened, _: &Meta<'_>) {
        self.opened += 1;
    }
}

#[derive(Command)]
#[command(aggregate = Door, creates)]
pub(crate) struct Hang {
    #[command(id)]
    pub(crate) door: u64,
    pub(crate) colour: String,
}

impl Handle<Hang> for Door {
    fn handle(door: New<'_, Self>, hang: &Hang) -> Result<(), Self::Error> {
        door.create(Hung {
            colour: hang.colour.clone(),
        })
        .emit(Opened);
        Ok(())
    }
}

#[derive(Command)]
#[command(aggregate = Door, returns = u32)]
pub(crate) struct Open {
    #[command(id)]
    pub(crate) door: u64,
}

impl Handle<Open> for Door {
    fn handle(door: &mut Root<Self>, _: &Open) -> Result<u32, Self::Error> {
        door.emit(Opened);
        Ok(door.opened)
    }
}
