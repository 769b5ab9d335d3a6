use std::time::{Duration, Instant};

/// After how many failures in a row it opens.
const FAILURES: u32 = 3;

/// Says when to leave something alone that fails: after three failures in a row for a while, then
/// one may try, and so on.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    left_until: Option<Instant>,
}

impl Breaker {
    /// Whether this one may try.
    pub(super) fn lets_through(&mut self, now: Instant, pause: Duration) -> bool {
        match self.left_until {
            Some(until) if now < until => false,
            Some(_) => {
                // If he does not come back, another may try after as long a while.
                self.left_until = Some(now + pause);
                true
            }
            None => true,
        }
    }

    pub(super) const fn succeeded(&mut self) {
        self.failures = 0;
        self.left_until = None;
    }

    pub(super) fn failed(&mut self, now: Instant, pause: Duration) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.left_until = Some(now + pause);
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.left_until.is_some()
    }
}
