//! Middlewares for every request of an application.

use std::convert::Infallible;

use pericarp::middleware::{CatchPanic, Timeout, Trace};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Pericarp, Provide};

use crate::Outcome;

struct Views;

impl Provide<Self> for Views {
    fn provide(&self) -> &Self {
        self
    }
}

#[derive(Query)]
#[query(on = Views, returns = u64)]
struct OpenOrders;

impl Answer<OpenOrders> for Views {
    async fn answer(&self, _: &OpenOrders) -> Result<u64, Infallible> {
        Ok(3)
    }
}

// ANCHOR: named
type App = Pericarp<MemoryStore, Views, (Trace, Timeout, CatchPanic)>;
// ANCHOR_END: named

#[tokio::test]
async fn every_request_passes_through_the_layers() -> Outcome {
    // ANCHOR: layers
    let app: App = Pericarp::builder(MemoryStore::new())
        .with(Views)
        .layer(Trace::new())
        .layer(Timeout::secs(30))
        .layer(CatchPanic)
        .build();
    assert_eq!(app.ask(OpenOrders).await?, 3);
    // ANCHOR_END: layers
    Ok(())
}
