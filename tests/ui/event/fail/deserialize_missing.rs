use pericarp::Event;
use serde::Serialize;

#[derive(Event, Serialize)]
#[event(name = "account.opened")]
struct Opened {
    owner: String,
}

#[derive(Event, Serialize)]
enum AccountEvent {
    #[event(name = "account.closed")]
    Closed,
}

fn main() {}
