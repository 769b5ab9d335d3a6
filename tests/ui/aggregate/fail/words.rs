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
#[aggregate(catgory = "account", id = u64, events(Deposited))]
struct Misspelt;

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Deposited), snapshot_every = 100)]
struct Unknown;

#[derive(Aggregate, Default)]
#[aggregate(category = account, id = "u64", error, events = Deposited, enum_name = 3)]
struct Forms;

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = std::borrow::Cow<'static, str>, id = u64, events())]
struct Twice;

fn main() {}
