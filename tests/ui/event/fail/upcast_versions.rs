use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct V1;

#[derive(Deserialize)]
struct V2;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "a", version = 2, upcast(0 => V1, 1 => V2))]
struct Zero;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "b", version = 3, upcast(1 => V1, 1 => V2))]
struct Twice;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "c", version = 2, upcast(1 => V1, 2 => V2))]
struct NotOlder;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "d", upcast(1 => V1))]
struct NoVersion;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "e", version = 4, upcast(1 => V1, 3 => V2))]
struct Gap;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "f", version = 4, upcast(2 => V2, 1 => V1))]
struct GapBeforeCurrent;

#[derive(Event, Serialize, Deserialize)]
enum Variants {
    #[event(name = "g", version = 5, upcast(3 => V1))]
    Gap,
    #[event(name = "h", split_from("i", 1 => V1, 3 => V2))]
    SplitGap,
    #[event(name = "j", split_from("k", 2 => V1, 2 => V2))]
    SplitTwice,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "l", version = 0, upcast(1 => V1))]
struct NoVersionToCompare;

fn main() {}
