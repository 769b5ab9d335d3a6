use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
enum DoorEvent {
    #[event(name = "door.opened")]
    Opened,
    #[event(unknown)]
    #[serde(skip)]
    Other(String),
}

fn main() {}
