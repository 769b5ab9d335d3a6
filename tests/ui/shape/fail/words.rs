use pericarp::{Event, Shape};
use serde::{Deserialize, Serialize};

#[derive(Shape, Serialize, Deserialize)]
#[shape(crat = pericarp)]
struct Typo {
    a: u8,
}

#[derive(Shape, Serialize, Deserialize)]
#[shape(crate = 3)]
struct WrongForm {
    #[shape(crate = pericarp)]
    a: u8,
}

// A stub stands in for both: there is no error about it here.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "a.b")]
struct Holds(Typo, WrongForm);

fn main() {
    pericarp::schema![Holds];
}
