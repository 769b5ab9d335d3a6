use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
struct Opened;

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened, _: &Meta<'_>) {}
}

macro_rules! limit {
    () => {
        Passing
    };
}

static LIMIT: u8 = 3;

#[derive(Command)]
#[command(aggregate = Account, middleware(&LIMIT, limits::per_second(3), 3, limit!(), LIMIT))]
struct Form(#[command(id)] u64);

#[derive(Command)]
#[command(aggregate = Account, middleware())]
struct Empty(#[command(id)] u64);

#[derive(Command)]
#[command(aggregate = Account, middleware = Passing, returns = u64)]
struct Equals(#[command(id)] u64);

#[derive(Command)]
#[command(aggregate = Account, middlware(Passing))]
struct Misspelt(#[command(id)] u64);

#[derive(Command)]
#[command(aggregate = Account, middleware(Passing, Retry(3), Retry(4), Passing, Retry(3)))]
struct Twice(#[command(id)] u64);

#[derive(Command)]
#[command(
    aggregate = Account,
    middleware(A(1), A(2), A(3), A(4), A(5), A(6), A(7), A(8), A(9), A(10), A(11), A(12), A(13))
)]
struct TooMany(#[command(id)] u64);

fn main() {}
