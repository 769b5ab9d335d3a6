use pericarp::{Event, Shape};
use serde::{Deserialize, Serialize};

struct NotAnEvent;

#[derive(Serialize, Deserialize)]
struct NoShape(u8);

#[derive(Event, Serialize, Deserialize)]
#[event(name = "a.b")]
struct Noted<T>(T);

fn needs<T: Shape>() {}

fn main() {
    pericarp::schema![NotAnEvent];
    pericarp::schema![Noted<NoShape>];
    needs::<NoShape>();
}
