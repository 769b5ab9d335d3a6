use pericarp::middleware::Authorise;
use pericarp::prelude::*;

struct Views;

struct Staff;

#[derive(Query)]
#[query(on = Views, returns = u64, middleware(Authorise::<Staff>::new()))]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

fn main() {}
