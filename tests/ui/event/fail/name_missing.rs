use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2)]
struct Opened;

#[derive(Event, Serialize, Deserialize)]
enum AccountEvent {
    Deposited(u64),
    #[event(version = 2)]
    Closed,
}

fn main() {}
