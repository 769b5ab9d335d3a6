use std::time::Instant;

use super::handles::{Handles, RequestMetrics};
use crate::middleware::Middleware;
use crate::{Failure, Handler, Outcome, Payload, Request};

/// Counts requests in the application's [`RequestMetrics`]: by type and outcome, by how long they
/// took, and how many there are at once.
///
/// While all goes well it allocates nothing and takes no lock.
///
/// ```
/// use pericarp::metrics::Registry;
/// use pericarp::middleware::{Metrics, RequestMetrics};
/// use pericarp::prelude::*;
/// use pericarp::store::MemoryStore;
/// use pericarp::{Pericarp, Provide};
/// # impl Answer<OpenOrders> for Parts {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
/// # impl Provide<Parts> for Parts { fn provide(&self) -> &Parts { self } }
///
/// #[derive(Query)]
/// #[query(on = Parts, returns = u64)]
/// struct OpenOrders;
///
/// struct Parts { requests: RequestMetrics }
///
/// impl Provide<RequestMetrics> for Parts {
///     fn provide(&self) -> &RequestMetrics { &self.requests }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let registry = Registry::new();
/// let parts = Parts { requests: RequestMetrics::new(&registry)? };
/// let app = Pericarp::builder(MemoryStore::new()).with(parts).layer(Metrics).build();
/// app.ask(OpenOrders).await?;
/// let line = "pericarp_requests_total{kind=\"query\",name=\"OpenOrders\",outcome=\"ok\"} 1\n";
/// assert!(registry.to_prometheus().contains(line));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Metrics;

#[diagnostic::do_not_recommend]
impl<R: Request> Middleware<R> for Metrics {
    type Needs = RequestMetrics;

    async fn call(
        &self,
        payload: &mut Payload<R>,
        metrics: &RequestMetrics,
        next: &impl Handler<R>,
    ) -> Outcome<R> {
        let made;
        let handles = match metrics.of::<R>() {
            Some(handles) => handles,
            None => {
                made = metrics.make::<R>();
                &made
            }
        };
        let mut counted = Counted::<'_, R>::start(metrics, handles);
        let outcome = next.handle(payload).await;
        counted.end(outcome.as_ref().err());
        outcome
    }
}

/// A request on its way, which is counted as it ends, however it does.
struct Counted<'m, R: Request> {
    metrics: &'m RequestMetrics,
    handles: &'m Handles,
    started: Instant,
    /// Other than `ok`.
    outcome: Option<&'static str>,
    request: std::marker::PhantomData<fn() -> R>,
}

impl<'m, R: Request> Counted<'m, R> {
    fn start(metrics: &'m RequestMetrics, handles: &'m Handles) -> Self {
        handles.in_flight.add(1);
        Self {
            metrics,
            handles,
            started: Instant::now(),
            outcome: Some("request.dropped"),
            request: std::marker::PhantomData,
        }
    }

    fn end(&mut self, failure: Option<&R::Error>) {
        self.outcome = failure.map(Failure::code);
    }
}

impl<R: Request> Drop for Counted<'_, R> {
    fn drop(&mut self) {
        let Handles {
            succeeded,
            seconds,
            in_flight,
        } = self.handles;
        in_flight.add(-1);
        seconds.record_duration(self.started.elapsed());
        match self.outcome {
            None => succeeded.increment(),
            Some(code) => self.metrics.failed::<R>(code),
        }
    }
}
