use pericarp::middleware::{Retry, Timeout};
use pericarp::prelude::*;

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64, middleware(Timeout::secs(1), Retry::attempts(3)))]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

fn main() {}
