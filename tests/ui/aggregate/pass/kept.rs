#![deny(warnings)]

use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.moved")]
struct Moved;

#[derive(Aggregate, Clone, Default, Shape, Serialize, Deserialize)]
#[aggregate(
    category = "account",
    id = u64,
    events(Moved),
    snapshot(every = 0x10, version = 2_u32,),
    cached,
)]
struct Account {
    moves: u64,
    last: Option<Where>,
}

#[derive(Clone, Shape, Serialize, Deserialize)]
enum Where {
    There(String),
}

impl Apply<Moved> for Account {
    fn apply(&mut self, _: Moved, _: &Meta<'_>) {
        self.moves += 1;
        self.last = Some(Where::There("there".into()));
    }
}

fn main() {
    let snapshots = Account::SNAPSHOTS.unwrap();
    assert_eq!((snapshots.every(), snapshots.version()), (16, 2));
    let mut account = Root::<Account>::empty(1);
    account.emit(Moved);
    let copy = (Account::CACHED.unwrap())(&account);
    assert_eq!(copy.moves, 1);
}
