use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct ChangedV1;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved", alias("account.relocated"), split_from("account.changed", 1 => ChangedV1))]
struct Moved;

impl From<ChangedV1> for Option<Moved> {
    fn from(_: ChangedV1) -> Self {
        None
    }
}

#[derive(Aggregate, Default)]
#[aggregate(
    category = "account",
    id = u64,
    events(Moved),
    dropped("account.flagged", "account.relocated", "account.changed")
)]
struct Account;

impl Apply<Moved> for Account {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

#[derive(Aggregate, Default)]
#[aggregate(category = "page", id = u64, event = Moved, dropped("account.moved"))]
struct Page;

impl Apply<Moved> for Page {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {}
}

fn main() {}
