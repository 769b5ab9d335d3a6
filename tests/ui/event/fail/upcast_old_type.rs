use pericarp::Event;
use serde::{Deserialize, Serialize};

struct DepositedV1;

struct ChangedV1;

#[derive(Event, Serialize, Deserialize)]
#[event(
    name = "account.deposited",
    version = 2,
    upcast(1 => DepositedV1),
    split_from("account.changed", 1 => ChangedV1)
)]
struct Deposited {
    cents: i64,
}

impl From<DepositedV1> for Deposited {
    fn from(_: DepositedV1) -> Self {
        Deposited { cents: 0 }
    }
}

impl From<ChangedV1> for Option<Deposited> {
    fn from(_: ChangedV1) -> Self {
        None
    }
}

fn main() {}
