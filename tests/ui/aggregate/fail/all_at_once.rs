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
#[aggregate(category = "bank-account", created_by(Opened<'x>), evnts(Deposited), error)]
struct Account<T> {
    #[aggregate(id)]
    cents: T,
}

fn main() {}
