//! Requests are counted as they end, whichever way.

use std::convert::Infallible;

use pericarp::metrics::Registry;
use pericarp::middleware::{Chain, Metrics, RequestMetrics};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Handler, Outcome, Payload, Pericarp, Provide, Request};

use super::parser::parsed;
use crate::domain::{Added, Refusal, Tally};

struct Parts(RequestMetrics);

impl Provide<RequestMetrics> for Parts {
    fn provide(&self) -> &RequestMetrics {
        &self.0
    }
}

impl Provide<Self> for Parts {
    fn provide(&self) -> &Self {
        self
    }
}

#[derive(Command)]
#[command(aggregate = Tally, returns = u64)]
struct Step {
    #[command(id)]
    tally: u64,
    n: u64,
}

impl Handle<Step> for Tally {
    fn handle(tally: &mut Root<Self>, step: &Step) -> Result<u64, Refusal> {
        if step.n == 0 {
            return Err(Refusal);
        }
        tally.emit(Added { n: step.n });
        Ok(tally.total)
    }
}

#[derive(Query)]
#[query(on = Parts, returns = u64, middleware(Metrics))]
struct Steps;

impl Answer<Steps> for Parts {
    async fn answer(&self, _: &Steps) -> Result<u64, Infallible> {
        Ok(1)
    }
}

/// Answers nothing, ever.
struct Never;

impl<R: Request> Handler<R> for Never {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn requests_are_counted_by_type_and_outcome() {
    let registry = Registry::new();
    let parts = Parts(RequestMetrics::new(&registry).unwrap());
    let app = Pericarp::builder(MemoryStore::new())
        .with(parts)
        .layer(Metrics)
        .build();
    for n in [1, 2, 0] {
        let _ = app.execute(Step { tally: 1, n }).await;
    }
    let found = parsed(&registry);
    let requests = |kind: &str, name: &str, outcome: &str| {
        let sample =
            format!("pericarp_requests_total{{kind={kind},name={name},outcome={outcome}}}");
        found.get(&sample).copied()
    };
    assert_eq!(requests("command", "Step", "ok"), Some(2.0));
    assert_eq!(requests("command", "Step", "command.refused"), Some(1.0));
    let took = "pericarp_request_duration_seconds_count{kind=command,name=Step}";
    assert_eq!(found[took], 3.0);
    assert_eq!(
        found["pericarp_requests_in_flight{kind=command,name=Step}"],
        0.0
    );
}

#[test]
fn a_request_is_in_flight_until_it_ends_or_is_dropped() {
    let registry = Registry::new();
    let parts = Parts(RequestMetrics::new(&registry).unwrap());
    let in_flight = || parsed(&registry)["pericarp_requests_in_flight{kind=query,name=Steps}"];
    let mut payload = Payload::new(Steps);
    {
        let mut passing = Box::pin(<Steps as Request>::Chain::pass(
            &mut payload,
            &parts,
            &Never,
        ));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(passing.as_mut().poll(&mut context).is_pending());
        assert_eq!(in_flight(), 1.0);
    }
    assert_eq!(in_flight(), 0.0);
    let dropped = "pericarp_requests_total{kind=query,name=Steps,outcome=request.dropped}";
    assert_eq!(parsed(&registry)[dropped], 1.0);
}
