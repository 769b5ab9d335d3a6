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
#[command(aggregate = Account, return = u64, middleware(Audit))]
struct Open {
    #[command(di)]
    account: u64,
}

#[derive(Command)]
#[command(aggregate = 5, creates = true, returns)]
struct Close {
    #[command(id = 3)]
    account: u64,
}

#[derive(Command)]
#[command(aggregate = Account)]
#[command]
struct Freeze {
    #[command]
    account: u64,
}

fn main() {}
