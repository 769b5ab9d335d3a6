use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
enum AccountEvent {
    #[event(name = "account.opened")]
    Opened(String, u64),
    #[event(name = "account.closed")]
    Closed(),
}

fn main() {}
