//! A panic that is an error of its request.

use std::convert::Infallible;

use pericarp::middleware::CatchPanic;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Pericarp, Provide};

use crate::Outcome;

// ANCHOR: caught
#[derive(Query)]
#[query(on = Tills, returns = u64, middleware(CatchPanic))]
struct Takings {
    till: usize,
}

impl Answer<Takings> for Tills {
    async fn answer(&self, query: &Takings) -> Result<u64, Infallible> {
        Ok(self.takings[query.till])
    }
}
// ANCHOR_END: caught

struct Tills {
    takings: Vec<u64>,
}

impl Provide<Self> for Tills {
    fn provide(&self) -> &Self {
        self
    }
}

#[tokio::test]
async fn a_panic_is_an_error() -> Outcome {
    let takings = vec![5];
    let app = Pericarp::builder(MemoryStore::new())
        .with(Tills { takings })
        .build();
    let Err(error) = app.ask(Takings { till: 1 }).await else {
        return Err("there is no second till".into());
    };
    assert_eq!(error.code(), "request.panicked");
    assert_eq!(app.ask(Takings { till: 0 }).await?, 5);
    Ok(())
}
