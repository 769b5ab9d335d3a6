use std::borrow::Cow;

use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct OpenedV1<'a> {
    #[serde(borrow)]
    owner: Cow<'a, str>,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", version = 2, upcast(1 => OpenedV1<'_>))]
struct Opened<'a, 'b> {
    #[serde(borrow)]
    owner: Cow<'a, str>,
    #[serde(borrow)]
    note: Cow<'b, str>,
}

fn main() {}
