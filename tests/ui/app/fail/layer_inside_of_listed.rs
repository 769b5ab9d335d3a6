use pericarp::middleware::Middleware;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Handler, Outcome, Payload, Pericarp, Provide, Request};

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64, middleware(Authorised))]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

impl Provide<Views> for Views {
    fn provide(&self) -> &Views {
        self
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

fn main() {
    let app = Pericarp::builder(MemoryStore::new()).with(Views).layer(Cached).build();
    futures::executor::block_on(app.ask(OpenOrders)).unwrap();
}
