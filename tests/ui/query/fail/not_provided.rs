use pericarp::prelude::*;
use pericarp::Pericarp;
use pericarp::store::MemoryStore;

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64)]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

async fn ask(app: &Pericarp<MemoryStore>) {
    app.ask(OpenOrders).await.unwrap();
}

fn main() {}
