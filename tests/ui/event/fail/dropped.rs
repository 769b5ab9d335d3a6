use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct V1;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", dropped("account.noted"))]
struct OnStruct;

#[derive(Event, Serialize, Deserialize)]
#[event(dropped("door.squeaked", "door.squeaked", "9", "door.open", "door.changed"))]
enum DoorEvent {
    #[event(name = "door.opened", alias("door.open"), split_from("door.changed", 1 => V1))]
    Opened,
    #[event(name = "door.closed", dropped("door.shut"))]
    Closed,
}

fn main() {}
