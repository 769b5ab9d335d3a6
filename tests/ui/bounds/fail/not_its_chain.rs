use pericarp::middleware::{Chain, Timeout};
use pericarp::prelude::*;
use pericarp::{Handler, Outcome, Payload};

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64)]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(3)
    }
}

async fn pass(payload: &mut Payload<OpenOrders>, next: &impl Handler<OpenOrders>) -> Outcome<OpenOrders> {
    <Timeout as Chain<OpenOrders, ()>>::pass(payload, &(), next).await
}

fn main() {}
