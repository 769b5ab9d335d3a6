use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct DepositedV1;

struct Fault;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.deposited", version = 2, upcast(1 => DepositedV1))]
struct Deposited {
    cents: i64,
}

impl TryFrom<DepositedV1> for Deposited {
    type Error = Fault;

    fn try_from(_: DepositedV1) -> Result<Self, Fault> {
        Err(Fault)
    }
}

fn main() {}
