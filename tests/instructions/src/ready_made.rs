//! Each middleware there is, before the same handler, while all goes well.

use std::convert::Infallible;
use std::hint::black_box;

use pericarp::metrics::{RegisterError, Registry};
use pericarp::middleware::{
    Authorise, CatchPanic, Chain, Denied, Idempotent, Limit, Metrics, Observe, Observer, Only,
    Policy, RequestMetrics, Seen,
};
use pericarp::prelude::*;
use pericarp::{Handler, Outcome, Payload, Principal, Provide, Request, Response};

use crate::chain::{add, ready};

struct Parts(RequestMetrics);

impl Provide<RequestMetrics> for Parts {
    fn provide(&self) -> &RequestMetrics {
        &self.0
    }
}

/// Permits everybody, and looks at nothing.
struct Nobody;

impl<R: Request> Policy<R> for Nobody {
    async fn permits(&self, _: &Payload<R>) -> Result<(), Denied> {
        Ok(())
    }
}

impl Observer for Nobody {
    fn observed(&self, seen: &Seen<'_>) {
        black_box(seen);
    }
}

impl Provide<Nobody> for Parts {
    fn provide(&self) -> &Nobody {
        &Nobody
    }
}

struct Adds;

/// A query that lists one middleware, and what passes so many of them.
macro_rules! behind {
    ($($name:ident $middleware:expr;)+) => { $(
        pub(crate) fn $name(rounds: u64) -> Result<(), RegisterError> {
            #[derive(Query)]
            #[query(on = Parts, returns = u64, middleware($middleware))]
            struct Sum([u64; 32]);

            impl Answer<Sum> for Parts {
                async fn answer(&self, query: &Sum) -> Result<u64, Infallible> {
                    Ok(add(&query.0))
                }
            }

            impl Handler<Sum> for Adds {
                async fn handle(&self, payload: &mut Payload<Sum>) -> Outcome<Sum> {
                    Ok(Response::new(add(&payload.request.0)))
                }
            }

            let parts = Parts(RequestMetrics::new(&Registry::new())?);
            let mut payload = Payload::new(Sum([1; 32]));
            payload.principal = Some(Principal::new("ann").with_role("clerk"));
            for _ in 0..rounds {
                let payload = black_box(&mut payload);
                let outcome = ready(<Sum as Request>::Chain::pass(payload, &parts, &Adds));
                let answer = outcome.map(|response| response.answer).ok();
                assert_eq!(black_box(answer), Some(32));
            }
            Ok(())
        }
    )+ };
}

behind! {
    authorise Authorise::<Nobody>::new();
    catch_panic CatchPanic;
    idempotent Idempotent;
    limit Limit::queued(2, 2);
    metrics Metrics;
    observe Observe::<Nobody>::new();
    only Only("clerk");
}
