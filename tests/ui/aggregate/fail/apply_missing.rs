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

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Deposited))]
struct Account {
    cents: i64,
}

fn main() {
    let mut account = Root::<Account>::empty(1);
    account.emit(Deposited { cents: 1 });
}
