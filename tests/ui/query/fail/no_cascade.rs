//! A mistake in a query is not repeated wherever the query is used.

use pericarp::prelude::*;
use pericarp::{Pericarp, Provide, Request, store::MemoryStore};

struct Views {
    open: u64,
}

#[derive(Query)]
#[query(on = Views, returns = u64, middlware(Audit))] // mistake
struct OpenOrders {
    since: u64,
}

impl Answer<OpenOrders> for Views {
    async fn answer(&self, query: &OpenOrders) -> Result<u64, std::convert::Infallible> {
        Ok(self.open - query.since)
    }
}

struct Parts(Views);

impl Provide<Views> for Parts {
    fn provide(&self) -> &Views {
        &self.0
    }
}

async fn ask(app: Pericarp<MemoryStore, Parts>, query: OpenOrders) {
    let _ = query.since + OpenOrders::NAME.len() as u64;
    let _ = app.ask(query).await;
}

fn main() {}
