use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct V1;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "a", version = 2, upcast)]
struct Bare;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "b", version = 2, upcast())]
struct Empty;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "c", version = 2, upcast(V1))]
struct NoNumber;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "d", version = 2, upcast(1 = V1))]
struct NoArrow;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "e", version = 2, upcast("1" => V1))]
struct Text;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "f", split_from(1 => V1))]
struct NoName;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "g", split_from("h"))]
struct NoVersions;

#[derive(Event, Serialize, Deserialize)]
#[event(dropped)]
enum Drops {
    #[event(name = "i")]
    Kept,
    #[event(unknown = 1)]
    #[serde(skip)]
    Other(u8),
}

fn main() {}
