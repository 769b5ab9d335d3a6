use pericarp::{Event, RecordedEvent};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", unknown)]
struct OnStruct;

#[derive(Event, Serialize, Deserialize)]
#[event(newer)]
enum OnEnum {
    #[event(name = "account.closed")]
    Closed,
}

#[derive(Event, Serialize, Deserialize)]
enum DoorEvent<'a> {
    #[event(name = "door.opened")]
    Opened,
    #[event(unknown, newer, name = "door.other")]
    #[serde(skip)]
    Other(RecordedEvent<'a>),
    #[event(unknown)]
    #[serde(skip)]
    Another(RecordedEvent<'a>),
    #[event(newer)]
    #[serde(skip)]
    Later(RecordedEvent<'a>, u8),
}

#[derive(Event, Serialize, Deserialize)]
enum Nothing<'a> {
    #[event(unknown)]
    #[serde(skip)]
    Other(RecordedEvent<'a>),
}

// Without serde's derives, which would have something to say as well.
#[derive(Event)]
enum NotSkipped<'a> {
    #[event(name = "door.opened")]
    Opened,
    #[event(unknown)]
    Other(RecordedEvent<'a>),
}

fn main() {}
