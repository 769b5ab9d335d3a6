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
#[command(aggregate = Account)]
enum Enum {
    Open { account: u64 },
}

#[derive(Command)]
#[command(aggregate = Account)]
union Union {
    account: u64,
}

#[derive(Command)]
#[command(aggregate = Account)]
struct Unit;

fn main() {}
