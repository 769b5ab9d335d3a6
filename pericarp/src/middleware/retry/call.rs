use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures_timer::Delay;

use crate::middleware::Middleware;
use crate::{Failure, Handler, Outcome, Payload, Request};

/// Tries a request again that failed for a passing reason.
///
/// Such is a failure that [is transient](Failure::is_transient): it is certain that nothing was
/// stored, so a command is never carried out twice. Any other comes back at once, and after the last
/// attempt the last failure does. Between the attempts it waits, from 10 ms to 1 s unless
/// [`waiting`](Retry::waiting) says otherwise, twice as long each time, and up to as much again at
/// random.
///
/// A [`Timeout`](crate::middleware::Timeout) beside it must be inside of it, so that each attempt has
/// its own; a limit for all of them together is [`within`](Retry::within).
///
/// ```
/// use pericarp::middleware::Retry;
/// use pericarp::prelude::*;
/// # struct Views;
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(Retry::attempts(3)))]
/// struct OpenOrders;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    attempts: usize,
    min_delay: Duration,
    max_delay: Duration,
    within: Option<Duration>,
}

impl Retry {
    /// So many attempts, the first included; 0 counts as 1.
    pub const fn attempts(attempts: usize) -> Self {
        Self {
            attempts,
            min_delay: Duration::from_millis(10),
            max_delay: Duration::from_secs(1),
            within: None,
        }
    }

    /// The first wait and the longest, before what is added at random. With `Duration::ZERO` for both
    /// it tries again at once.
    #[must_use]
    pub const fn waiting(self, min_delay: Duration, max_delay: Duration) -> Self {
        Self {
            min_delay,
            max_delay,
            ..self
        }
    }

    /// No attempt begins later than this after the first did. One that has begun goes on.
    #[must_use]
    pub const fn within(self, total: Duration) -> Self {
        Self {
            within: Some(total),
            ..self
        }
    }
}

#[diagnostic::do_not_recommend]
impl<R: Request> Middleware<R> for Retry {
    type Needs = ();

    const ROLE: &'static str = "retry";

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        let begun = self.within.map(|within| (Instant::now(), within));
        let mut delays = None;
        loop {
            let outcome = next.handle(payload).await;
            if !matches!(&outcome, Err(error) if error.is_transient()) {
                return outcome;
            }
            let delays = delays.get_or_insert_with(|| self.delays());
            let Some(delay) = delays.next().filter(|delay| is_in_time(begun, *delay)) else {
                return outcome;
            };
            if !delay.is_zero() {
                Delay::new(delay).await;
            }
        }
    }
}

impl Retry {
    #[cold]
    fn delays(&self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(self.min_delay)
            .with_max_delay(self.max_delay)
            .with_max_times(self.attempts.saturating_sub(1))
            .with_jitter()
            .build()
    }
}

fn is_in_time(begun: Option<(Instant, Duration)>, delay: Duration) -> bool {
    begun.is_none_or(|(begun, within)| begun.elapsed().saturating_add(delay) < within)
}
