use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
enum AccountEvent {
    #[event(name = "account.opened")]
    Opened,
    #[event(name = "account.opened")]
    Reopened,
    #[event(name = "account.closed", alias("account.opened"))]
    Closed,
}

fn main() {}
