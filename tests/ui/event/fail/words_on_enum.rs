use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account", version = 2)]
enum AccountEvent {
    #[event(name = "account.opened")]
    Opened,
}

fn main() {}
