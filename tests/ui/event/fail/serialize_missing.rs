use pericarp::Event;
use serde::Deserialize;

#[derive(Event, Deserialize)]
#[event(name = "account.opened")]
struct Opened {
    owner: String,
}

#[derive(Event, Deserialize)]
enum AccountEvent {
    #[event(name = "account.closed")]
    Closed,
}

fn main() {}
