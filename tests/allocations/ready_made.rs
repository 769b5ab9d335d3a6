//! A request that passes through the middlewares there are, while nothing goes wrong, allocates nothing.

use pericarp::metrics::Registry;
use pericarp::middleware::{
    Authorise, CatchPanic, Chain, Denied, Idempotent, Limit, Metrics, Only, Policy, RequestMetrics,
    Retry, Timeout, Trace, Validate,
};
use pericarp::prelude::*;
use pericarp::{Metadata, Payload, Principal, Provide, Request};
use pericarp_tests::allocations::count;

use crate::chain::{Adds, ready};

struct Sums(RequestMetrics);

impl Provide<RequestMetrics> for Sums {
    fn provide(&self) -> &RequestMetrics {
        &self.0
    }
}

#[derive(Query, garde::Validate)]
#[query(
    on = Sums,
    returns = u64,
    middleware(
        Trace::new(),
        Metrics,
        CatchPanic,
        Limit::queued(2, 2),
        Only("clerk"),
        Authorise::<Everybody>::new(),
        Validate,
        Idempotent,
        Retry::attempts(3),
        Timeout::secs(1)
    )
)]
struct Sum(#[garde(length(min = 32), inner(range(max = 1)))] [u64; 32]);

struct Everybody;

impl<R: Request> Policy<R> for Everybody {
    async fn permits(&self, _: &Payload<R>) -> Result<(), Denied> {
        Ok(())
    }
}

impl Provide<Everybody> for Sums {
    fn provide(&self) -> &Everybody {
        &Everybody
    }
}

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

/// The first comes to callsites that are not registered yet, and to a type of which nothing was counted; the
/// second is like all others.
pub(crate) fn check() {
    let mut payload = Payload::new(Sum([1; 32])).with_metadata(Metadata {
        correlation_id: Some("c1".into()),
        ..Metadata::default()
    });
    payload.principal = Some(Principal::new("ann").with_role("clerk"));
    let sums = Sums(RequestMetrics::new(&Registry::new()).unwrap());
    for is_first in [true, false] {
        let before = count();
        let outcome = ready(<Sum as Request>::Chain::pass(&mut payload, &sums, &Adds));
        let allocations = count() - before;
        assert_eq!(outcome.unwrap().answer, 32);
        assert!(is_first || allocations == 0, "{allocations}");
        assert_eq!(payload.metadata().trace_id, None);
    }
}
