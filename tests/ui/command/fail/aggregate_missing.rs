use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
struct Opened;

#[derive(Aggregate)]
#[aggregate(category = "account", id = u64, created_by(Opened))]
struct Account;

impl Create<Opened> for Account {
    fn create(_: Opened, _: &Meta<'_>) -> Self {
        Account
    }
}

#[derive(Command)]
struct NoAttribute {
    #[command(id)]
    account: u64,
}

#[derive(Command)]
#[command(creates)]
struct NoAggregate {
    #[command(id)]
    account: u64,
}

fn main() {}
