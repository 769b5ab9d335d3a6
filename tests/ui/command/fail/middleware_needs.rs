use pericarp::middleware::Middleware;
use pericarp::{Handler, Outcome, Payload, Request};
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

struct Counters;

struct Counted;

impl<R: Request> Middleware<R> for Counted {
    type Needs = Counters;

    async fn call(&self, payload: &mut Payload<R>, _: &Counters, next: &impl Handler<R>) -> Outcome<R> {
        next.handle(payload).await
    }
}

#[derive(Command)]
#[command(aggregate = Account, middleware(Counted))]
struct Open(#[command(id)] u64);

impl Handle<Open> for Account {
    fn handle(_: &mut Root<Self>, _: &Open) -> Result<(), Self::Error> {
        Ok(())
    }
}

async fn open(app: &pericarp::Pericarp<pericarp::store::MemoryStore>) {
    app.execute(Open(1)).await.unwrap();
}

fn main() {}
