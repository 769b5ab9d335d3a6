//! A request that passes through the middlewares there are, while nothing goes wrong, allocates nothing.

use pericarp::middleware::{CatchPanic, Chain, Trace};
use pericarp::prelude::*;
use pericarp::{Metadata, Payload, Request};
use pericarp_tests::allocations::count;

use crate::chain::{Adds, ready};

struct Sums;

#[derive(Query)]
#[query(on = Sums, returns = u64, middleware(Trace::new(), CatchPanic))]
struct Sum([u64; 32]);

impl Answer<Sum> for Sums {
    async fn answer(&self, query: &Sum) -> Result<u64, std::convert::Infallible> {
        Ok(query.0.iter().sum())
    }
}

impl AsRef<[u64]> for Sum {
    fn as_ref(&self) -> &[u64] {
        &self.0
    }
}

/// The first comes to callsites that are not registered yet; the second is like all others.
pub(crate) fn check() {
    let mut payload = Payload::new(Sum([1; 32])).with_metadata(Metadata {
        trace_id: Some("t1".into()),
        ..Metadata::default()
    });
    for _ in 0..2 {
        let before = count();
        let outcome = ready(<Sum as Request>::Chain::pass(&mut payload, &(), &Adds));
        let allocations = count() - before;
        assert_eq!(outcome.unwrap().answer, 32);
        assert_eq!(allocations, 0);
    }
}
