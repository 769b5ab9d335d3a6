use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", alias("account.opened"))]
struct Opened;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.closed", alias("account.shut", "account.shut"))]
struct Closed;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.frozen", alias())]
struct Frozen;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.thawed", alias = "account.melted")]
struct Thawed;

fn main() {}
