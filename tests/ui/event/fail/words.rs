use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event]
struct NoList;

#[derive(Event, Serialize, Deserialize)]
#[event = "account.opened"]
struct NameValue;

#[derive(Event, Serialize, Deserialize)]
#[event("account.opened")]
struct NotAWord;

#[derive(Event, Serialize, Deserialize)]
#[event(nmae = "account.opened", name = "account.opened")]
struct Misspelt;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", colour = "red")]
struct Unknown;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", name = "account.closed")]
#[event(version = 1, version = 2)]
struct Twice;

#[derive(Event, Serialize, Deserialize)]
#[event(name)]
struct NoValue;

#[derive(Event, Serialize, Deserialize)]
#[event(name = 5)]
struct NotAString;

#[derive(Event, Serialize, Deserialize)]
#[event(name("account.opened"))]
struct NotAValue;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened" version = 2)]
struct NoComma;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", crate = "pericarp")]
struct NotAPath;

fn main() {}
