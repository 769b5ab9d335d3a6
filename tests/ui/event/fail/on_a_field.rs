use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
struct Opened {
    #[event(name = "owner")]
    owner: String,
}

#[derive(Event, Serialize, Deserialize)]
enum AccountEvent {
    #[event(name = "account.closed")]
    Closed {
        #[event(version = 2)]
        reason: String,
    },
}

fn main() {}
