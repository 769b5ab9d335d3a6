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
#[event(name = "account.closed")]
struct Closed;

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Deposited, Closed))]
struct Account {
    cents: i64,
}

impl Apply<Closed> for Account {
    fn apply(&mut self, _: Closed, _: &Meta<'_>) {}
}

fn main() {
    let mut account = Root::<Account>::empty(1);
    account.emit(Opened { owner: "Ann" });
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.cents;
    }
}
