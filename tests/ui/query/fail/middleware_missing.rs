use pericarp::prelude::*;

struct Views;

struct Logging;

#[derive(Query)]
#[query(on = Views, returns = u64, middleware(Logging))]
struct OpenOrders<'a>(&'a str);

impl Answer<OpenOrders<'_>> for Views {
    async fn answer(&self, query: &OpenOrders<'_>) -> Result<u64, std::convert::Infallible> {
        Ok(query.0.len() as u64)
    }
}

fn main() {}
