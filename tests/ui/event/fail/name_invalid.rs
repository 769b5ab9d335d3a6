use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "")]
struct Empty;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account opened")]
struct Space;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "1.opened")]
struct Digit;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.öffnet", alias("account/opened", "account.created"))]
struct Letters;

fn main() {}
