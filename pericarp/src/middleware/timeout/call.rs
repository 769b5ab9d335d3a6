use std::pin::pin;
use std::time::Duration;

use super::error::TimedOut;
use super::race::before;
use crate::middleware::Middleware;
use crate::{Handler, Outcome, Payload, Request, RequestKind, Stopped};

/// Gives a request up that takes too long: it ends with [`TimedOut`].
///
/// What is inside of it is dropped. A command may have been carried out by then, so only a query is
/// [transient](crate::Failure::is_transient). It needs no particular runtime, and a runtime
/// without timers will do. Inside of a [`Retry`](crate::middleware::Retry) each attempt has its own
/// time; outside of it, all attempts together have.
///
/// ```
/// use pericarp::middleware::Timeout;
/// use pericarp::prelude::*;
/// # struct Views;
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(Timeout::millis(250)))]
/// struct OpenOrders;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout {
    after: Duration,
}

impl Timeout {
    /// After some milliseconds.
    pub const fn millis(millis: u64) -> Self {
        Self::new(Duration::from_millis(millis))
    }

    /// After some seconds.
    pub const fn secs(secs: u64) -> Self {
        Self::new(Duration::from_secs(secs))
    }

    /// After some time.
    pub const fn new(after: Duration) -> Self {
        Self { after }
    }
}

#[diagnostic::do_not_recommend]
impl<R: Request> Middleware<R> for Timeout {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        match before(self.after, pin!(next.handle(payload))).await {
            Some(outcome) => outcome,
            None => Err(self.stopped(R::KIND).into()),
        }
    }
}

impl Timeout {
    #[cold]
    fn stopped(&self, kind: RequestKind) -> Stopped {
        let error = TimedOut { after: self.after };
        let stopped = Stopped::new(error.code(), error);
        match kind {
            RequestKind::Query => stopped.transient(),
            RequestKind::Command => stopped,
        }
    }
}
