use pericarp::middleware::{Cacheable, Cached, Only};
use pericarp::prelude::*;

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64, middleware(Cached, Only("teller")))]
struct OpenOrders;

impl Cacheable for OpenOrders {
    const SPACE: &'static str = "open-orders";
    const PER_PRINCIPAL: bool = false;

    fn key(&self) -> String {
        String::new()
    }
}

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

fn main() {}
