use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(verison = 2, alias("a b", 7), name = "account.opened", colour = "red")]
struct Opened {
    #[event(name = "owner")]
    owner: String,
}

#[derive(Event, Serialize, Deserialize)]
enum AccountEvent {
    Closed(u8, u8),
    #[event(name = "account.frozen", version = 0)]
    #[serde(skip)]
    Frozen,
}

fn main() {}
