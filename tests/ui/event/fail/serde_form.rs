use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
enum AccountEvent {
    #[event(name = "account.opened")]
    Opened { owner: String },
}

fn main() {}
