use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct DepositedV1;

#[derive(Deserialize)]
struct DepositedV2;

#[derive(Deserialize)]
struct OpenedV1;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.deposited", version = 3, upcast(1 => DepositedV1, 2 => DepositedV2))]
struct Deposited {
    cents: i64,
}

impl From<DepositedV2> for Deposited {
    fn from(_: DepositedV2) -> Self {
        Deposited { cents: 0 }
    }
}

#[derive(Event, Serialize, Deserialize)]
enum DoorEvent {
    #[event(name = "door.opened", version = 2, upcast(1 => OpenedV1))]
    Opened,
}

fn main() {}
