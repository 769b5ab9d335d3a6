use pericarp::middleware::Cached;
use pericarp::prelude::*;

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64, middleware(Cached))]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

fn main() {}
