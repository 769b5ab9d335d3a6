use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
enum AccountEvent {
    #[event(name = "account.opened")]
    Opened,
    #[event(name = "account.closed")]
    #[serde(skip)]
    Closed,
    #[event(name = "account.unknown")]
    #[serde(other)]
    Unknown,
}

fn main() {}
