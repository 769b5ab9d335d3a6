use pericarp::middleware::Middleware;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Handler, Outcome, Payload, Pericarp, Request};
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

struct Authorised;

impl<R: Request> Middleware<R> for Authorised {
    type Needs = ();

    const ROLE: &'static str = "authorisation";

    async fn call(&self, payload: &mut Payload<R>, _: &(), next: &impl Handler<R>) -> Outcome<R> {
        next.handle(payload).await
    }
}

struct Cached;

impl<R: Request> Middleware<R> for Cached {
    type Needs = ();

    const INSIDE_OF: &'static [&'static str] = &["authorisation"];

    async fn call(&self, payload: &mut Payload<R>, _: &(), next: &impl Handler<R>) -> Outcome<R> {
        next.handle(payload).await
    }
}

#[derive(Command)]
#[command(aggregate = Account, middleware(Cached, Authorised))]
struct Open<T: Send + Sync>(#[command(id)] u64, T);

impl<T: Send + Sync> Handle<Open<T>> for Account {
    fn handle(_: &mut Root<Self>, open: &Open<T>) -> Result<(), Self::Error> {
        let _ = &open.1;
        Ok(())
    }
}

fn main() {
    let app = Pericarp::new(MemoryStore::new());
    futures::executor::block_on(app.execute(Open(1, "Ann"))).unwrap();
}
