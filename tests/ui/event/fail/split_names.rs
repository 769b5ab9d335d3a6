use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct V1;

#[derive(Deserialize)]
struct V2;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "a", alias("b"), split_from("a", 1 => V1), split_from("b", 1 => V1))]
struct Own;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "c", split_from("d", 1 => V1), split_from("d", 2 => V1))]
struct Twice;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "e", split_from("1st", 1 => V1))]
struct Invalid;

#[derive(Event, Serialize, Deserialize)]
enum Variants {
    #[event(name = "f", split_from("h", 1 => V1), split_from("i", 1 => V1))]
    One,
    #[event(name = "g", split_from("h", 1 => V1, 2 => V2))]
    Other,
    #[event(name = "j", alias("i"))]
    Whole,
}

fn main() {}
