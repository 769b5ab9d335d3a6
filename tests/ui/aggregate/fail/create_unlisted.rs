use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
struct Opened<'a> {
    #[event(no_escapes)]
    owner: &'a str,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.deposited")]
struct Deposited {
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.imported")]
struct Imported;

impl Create<Imported> for Account {
    fn create(_: Imported, _: &Meta<'_>) -> Self {
        Account { cents: 0 }
    }
}

#[derive(Aggregate)]
#[aggregate(category = "account", id = u64, created_by(Opened<'_>, Imported), events(Deposited))]
struct Account {
    cents: i64,
}

impl Create<Opened<'_>> for Account {
    fn create(_: Opened<'_>, _: &Meta<'_>) -> Self {
        Account { cents: 0 }
    }
}

fn open(account: New<'_, Account>) {
    account.create(Deposited { cents: 1 });
}

fn main() {}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.cents;
    }
}
