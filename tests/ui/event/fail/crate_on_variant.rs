use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
enum AccountEvent {
    #[event(name = "account.opened", crate = pericarp)]
    Opened,
}

fn main() {}
