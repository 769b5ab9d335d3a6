#![deny(warnings)]

use pericarp::middleware::Middleware;
use pericarp::{Handler, Outcome, Payload, Request};
use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
pub struct Opened;

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, events(Opened))]
pub struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened, _: &Meta<'_>) {}
}


pub struct Authorised;

impl<R: Request> Middleware<R> for Authorised {
    type Needs = ();
    const ROLE: &'static str = "authorisation";

    async fn call(&self, payload: &mut Payload<R>, _: &(), next: &impl Handler<R>) -> Outcome<R> {
        next.handle(payload).await
    }
}

pub struct Cached;

impl<R: Request> Middleware<R> for Cached {
    type Needs = ();
    const INSIDE_OF: &'static [&'static str] = &["authorisation"];

    async fn call(&self, payload: &mut Payload<R>, _: &(), next: &impl Handler<R>) -> Outcome<R> {
        next.handle(payload).await
    }
}

#[derive(Command)]
#[command(aggregate = Account, middleware(Authorised, Cached))]
pub struct Open<'a>(#[command(id)] u64, &'a str);

impl Handle<Open<'_>> for Account {
    fn handle(_: &mut Root<Self>, open: &Open<'_>) -> Result<(), Self::Error> {
        assert_eq!(open.1, "Ann");
        Ok(())
    }
}

/// In whichever order, if only one of them is listed.
#[derive(Command)]
#[command(aggregate = Account, returns = T, middleware(Cached))]
pub struct Close<T: Copy + Send + Sync>(#[command(id)] u64, T);

impl<T: Copy + Send + Sync> Handle<Close<T>> for Account {
    fn handle(_: &mut Root<Self>, close: &Close<T>) -> Result<T, Self::Error> {
        Ok(close.1)
    }
}

fn main() {
    let _: Option<<Open<'_> as Request>::Chain> = None::<(Authorised, Cached)>;
    let _: Option<<Close<u8> as Request>::Chain> = None::<(Cached,)>;
    assert_eq!((Open(1, "Ann").id(), Close(2, 3).id()), (&1, &2));
    let _ = (Opened, Account);
}
