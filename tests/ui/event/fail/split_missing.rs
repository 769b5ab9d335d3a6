use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct ChangedV1;

#[derive(Deserialize)]
struct ChangedV2;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "address.moved", split_from("customer.changed", 1 => ChangedV1))]
struct Moved {
    city: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "customer.renamed", split_from("customer.changed", 1 => ChangedV1, 2 => ChangedV2))]
struct Renamed {
    name: String,
}

impl From<ChangedV2> for Option<Renamed> {
    fn from(_: ChangedV2) -> Self {
        None
    }
}

#[derive(Event, Serialize, Deserialize)]
enum CustomerEvent {
    #[event(name = "address.moved", split_from("customer.changed", 1 => ChangedV1))]
    Moved,
    #[event(name = "customer.renamed", split_from("customer.changed", 1 => ChangedV1))]
    Renamed,
}

fn main() {}
