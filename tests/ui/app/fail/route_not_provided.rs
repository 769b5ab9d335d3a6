use pericarp::Pericarp;
use pericarp::routes::Routes;
use pericarp::store::MemoryStore;
use serde::Deserialize;
use pericarp::prelude::*;

struct Views;

#[derive(Query, Deserialize)]
#[query(on = Views, returns = u64)]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

fn main() {
    let app = Pericarp::new(MemoryStore::new());
    let _ = Routes::new(app).query::<OpenOrders>();
}
