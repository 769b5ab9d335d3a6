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
#[command(aggregate = Account, creates, must_exist)]
struct Open {
    #[command(id)]
    account: u64,
}

impl Handle<Open> for Account {
    fn handle(account: New<'_, Self>, _: &Open) -> Result<(), Self::Error> {
        account.create(Opened);
        Ok(())
    }
}

fn main() {}
