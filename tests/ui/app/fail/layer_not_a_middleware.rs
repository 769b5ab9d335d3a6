use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Pericarp, Provide};

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

struct Logging;

fn main() {
    let app = Pericarp::builder(MemoryStore::new()).with(Views).layer(Logging).build();
    futures::executor::block_on(app.ask(OpenOrders)).unwrap();
}
