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
struct Close {
    #[command(id)]
    account: String,
}

impl Handle<Close> for Account {
    fn handle(_: &mut Root<Self>, _: &Close) -> Result<(), Self::Error> {
        Ok(())
    }
}

fn main() {}
