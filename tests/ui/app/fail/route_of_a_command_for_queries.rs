use pericarp::routes::Routes;
use pericarp::store::MemoryStore;
use pericarp::{Pericarp, Provide};
use serde::Deserialize;
use pericarp::prelude::*;

struct Views;

impl Provide<Self> for Views {
    fn provide(&self) -> &Self {
        self
    }
}

#[derive(Query, Deserialize)]
#[query(on = Views, returns = u64)]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

fn main() {
    let app = Pericarp::builder(MemoryStore::new()).with(Views).build();
    let _ = Routes::new(app).command::<OpenOrders>();
}
