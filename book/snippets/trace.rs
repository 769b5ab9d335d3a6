//! A request that is traced.

use std::convert::Infallible;

use pericarp::Pericarp;
use pericarp::middleware::{Timeout, Trace};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Payload, Provide};

use crate::Outcome;

// ANCHOR: traced
#[derive(Query)]
#[query(on = Tills, returns = u64, middleware(Trace::new(), Timeout::millis(250)))]
struct OpenTills;
// ANCHOR_END: traced

struct Tills(u64);

impl Answer<OpenTills> for Tills {
    async fn answer(&self, _: &OpenTills) -> Result<u64, Infallible> {
        Ok(self.0)
    }
}

impl Provide<Self> for Tills {
    fn provide(&self) -> &Self {
        self
    }
}

#[tokio::test]
async fn a_query_is_traced() -> Outcome {
    let app = Pericarp::builder(MemoryStore::new()).with(Tills(2)).build();
    let response = app.ask_payload(Payload::new(OpenTills)).await?;
    assert_eq!(response.answer, 2);
    Ok(())
}
