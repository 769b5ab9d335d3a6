use pericarp::middleware::Middleware;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Handler, Outcome, Payload, Pericarp, Provide, Request};

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64)]
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

struct Counters;

struct Counted;

impl<R: Request> Middleware<R> for Counted {
    type Needs = Counters;

    async fn call(&self, payload: &mut Payload<R>, _: &Counters, next: &impl Handler<R>) -> Outcome<R> {
        next.handle(payload).await
    }
}

fn main() {
    let app = Pericarp::builder(MemoryStore::new()).with(Views).layer(Counted).build();
    futures::executor::block_on(app.ask(OpenOrders)).unwrap();
}
