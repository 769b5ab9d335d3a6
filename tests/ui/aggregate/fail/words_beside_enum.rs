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
enum AccountEvent {
    #[event(name = "account.closed")]
    Closed,
}

#[derive(Aggregate, Default)]
#[aggregate(
    category = "account",
    id = u64,
    event = AccountEvent,
    created_by(Opened<'_>),
    events(Deposited),
    enum_name = AccountFact
)]
struct Account {
    cents: i64,
}

fn main() {}
