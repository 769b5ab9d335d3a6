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

#[derive(Aggregate)]
#[aggregate(category = "account", id = u64, event = Deposited)]
struct Account {
    cents: i64,
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.cents;
    }
}

fn main() {}
