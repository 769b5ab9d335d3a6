use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct ChangedV1;

#[derive(Deserialize)]
struct ChangedV2;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved", split_from("account.changed", 1 => ChangedV1))]
struct Moved;

impl From<ChangedV1> for Option<Moved> {
    fn from(_: ChangedV1) -> Self {
        None
    }
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.renamed", split_from("account.changed", 1 => ChangedV1, 2 => ChangedV2))]
struct Renamed;

impl From<ChangedV1> for ChangedV2 {
    fn from(_: ChangedV1) -> Self {
        ChangedV2
    }
}

impl From<ChangedV2> for Option<Renamed> {
    fn from(_: ChangedV2) -> Self {
        None
    }
}

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Moved, Renamed))]
struct Account;

impl Apply<Moved> for Account {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

impl Apply<Renamed> for Account {
    fn apply(&mut self, _: Renamed, _: &Meta<'_>) {}
}

fn main() {}
