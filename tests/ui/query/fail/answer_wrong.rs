use pericarp::prelude::*;

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64)]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<String, std::convert::Infallible> {
        Ok(String::new())
    }
}

fn main() {}
