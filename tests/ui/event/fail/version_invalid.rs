use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", version = 0)]
struct Zero;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.closed", version = 4294967296)]
struct TooBig;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.frozen", version = "2")]
struct Text;

fn main() {}
