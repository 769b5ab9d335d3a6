use std::error::Error;
use std::time::Instant;

use tracing::{Level, enabled, event};

use super::call::TARGET;
use crate::{Clock, Failure};

/// A request on its way, of which the end is logged, whichever it is.
pub(super) struct Timed<'c, C: Clock> {
    clock: &'c C,
    started: Option<Instant>,
}

impl<'c, C: Clock> Timed<'c, C> {
    /// Whether any end would be logged.
    pub(super) fn is_logged() -> bool {
        enabled!(target: TARGET, Level::ERROR)
            || enabled!(target: TARGET, Level::INFO)
            || enabled!(target: TARGET, Level::DEBUG)
    }

    /// It starts now. How it will end is not known yet, so the clock is read if any end is logged.
    pub(super) fn start(clock: &'c C, is_logged: bool) -> Self {
        let started = is_logged.then(|| clock.instant());
        Self { clock, started }
    }

    pub(super) fn end<E: Failure>(&mut self, failure: Option<&E>) {
        let Some(started) = self.started.take() else {
            return;
        };
        match failure {
            None => {
                // One that is not logged is not timed.
                if enabled!(target: TARGET, Level::DEBUG) {
                    let elapsed_us = self.elapsed_us(started);
                    event!(target: TARGET, Level::DEBUG, elapsed_us, "request succeeded");
                }
            }
            Some(failure) if failure.is_refusal() && !enabled!(target: TARGET, Level::INFO) => {}
            Some(failure) => {
                let elapsed_us = self.elapsed_us(started);
                let code = failure.code();
                let error: &(dyn Error + 'static) = failure;
                if failure.is_refusal() {
                    event!(target: TARGET, Level::INFO, code, error, elapsed_us, "request refused");
                } else {
                    event!(target: TARGET, Level::ERROR, code, error, elapsed_us, "request failed");
                }
            }
        }
    }

    fn elapsed_us(&self, started: Instant) -> u64 {
        let elapsed = self.clock.instant().saturating_duration_since(started);
        u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
    }
}

impl<C: Clock> Drop for Timed<'_, C> {
    fn drop(&mut self) {
        if let Some(started) = self.started.take() {
            let elapsed_us = self.elapsed_us(started);
            let code = "request.dropped";
            event!(target: TARGET, Level::ERROR, code, elapsed_us, "request dropped");
        }
    }
}
