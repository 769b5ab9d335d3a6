use tracing::{Instrument, Level, Span};

use super::timed::Timed;
use crate::middleware::Middleware;
use crate::{Clock, Handler, Ids, Metadata, Outcome, Payload, RandomIds, Request, SystemClock};

/// The target of its span and of its events, for filters.
pub(super) const TARGET: &str = "pericarp::request";

/// Traces and logs requests, through [`tracing`](https://docs.rs/tracing).
///
/// Around each is a span `request`, with its `name`, its `kind` and the `trace_id`,
/// `correlation_id` and `causation_id` of its metadata. Within it:
///
/// | Event | Level | Fields |
/// |---|---|---|
/// | `request succeeded` | `DEBUG` | `elapsed_us` |
/// | `request refused` | `INFO` | `code`, `error` with its causes, `elapsed_us` |
/// | `request failed` | `ERROR` | `code`, `error` with its causes, `elapsed_us` |
/// | `request dropped` | `ERROR` | `code`, `elapsed_us` |
///
/// One that [is a refusal](crate::Failure::is_refusal) went as it should. `elapsed_us` is in microseconds, from when the request came to this middleware. The span has
/// the level `ERROR` too: wherever a failure is logged, it says of what. The target of all is
/// `pericarp::request`. The request itself is not logged, since it may hold what is secret.
///
/// A request without a `trace_id` gets one, which its events carry: 32 hexadecimal digits, as
/// [`TraceParent`](crate::telemetry::TraceParent) has them.
///
/// What is enabled is decided once, before anything else. If nothing is, the request passes as it is, the
/// clock is not read and nothing is allocated.
///
/// ```
/// use pericarp::middleware::Trace;
/// use pericarp::prelude::*;
/// # struct Views;
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(Trace::new()))]
/// struct OpenOrders;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Trace<C = SystemClock> {
    clock: C,
}

impl Trace {
    /// Timed by the clock of the operating system.
    pub const fn new() -> Self {
        Self { clock: SystemClock }
    }
}

impl<C: Clock> Trace<C> {
    /// Timed by [`Clock::instant`] of a clock: `Trace::<Fixed>::timed_by(Fixed)`.
    pub const fn timed_by(clock: C) -> Self {
        Self { clock }
    }
}

#[diagnostic::do_not_recommend]
impl<R: Request, C: Clock> Middleware<R> for Trace<C> {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        let is_logged = Timed::<C>::is_logged();
        if payload.metadata().trace_id.is_none() && tracing::enabled!(target: TARGET, Level::ERROR)
        {
            payload.metadata_mut().trace_id = Some(RandomIds.next().simple().to_string());
        }
        let span = span_of::<R>(payload.metadata());
        if !is_logged && span.is_disabled() {
            return next.handle(payload).await;
        }
        async {
            let mut timed = Timed::start(&self.clock, is_logged);
            let outcome = next.handle(payload).await;
            timed.end(outcome.as_ref().err());
            outcome
        }
        .instrument(span)
        .await
    }
}

fn span_of<R: Request>(metadata: &Metadata) -> Span {
    tracing::error_span!(
        target: TARGET,
        "request",
        name = R::NAME,
        kind = R::KIND.as_str(),
        trace_id = metadata.trace_id.as_deref(),
        correlation_id = metadata.correlation_id.as_deref(),
        causation_id = metadata.causation_id.as_deref(),
    )
}
