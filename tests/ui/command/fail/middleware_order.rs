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


struct Passing;

impl<R: Request> Middleware<R> for Passing {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, _: &(), next: &impl Handler<R>) -> Outcome<R> {
        next.handle(payload).await
    }
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
#[command(aggregate = Account, middleware(Passing, Cached, Authorised))]
struct Open(#[command(id)] u64);

impl Handle<Open> for Account {
    fn handle(_: &mut Root<Self>, _: &Open) -> Result<(), Self::Error> {
        Ok(())
    }
}

fn main() {}
