use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use crate::arguments::Arguments;

/// When a user sends, and when it has sent enough.
///
/// Without a rate a request is due when the last is answered: a storefront that stalls gets fewer
/// requests, and what they would have waited is in no latency. With a rate each is due at a time that
/// was fixed before, and its latency counts from then, whether or not it could be sent.
pub(crate) struct Schedule {
    begin: Instant,
    sent: u64,
    most: Option<u64>,
    end: Option<Duration>,
    rate: Option<Rate>,
}

struct Rate {
    first: Duration,
    every: Duration,
}

impl Schedule {
    pub(crate) fn new(arguments: &Arguments, number: u64, begin: Instant) -> Self {
        let users = arguments.users;
        let rate = arguments.rate.map(|rate| {
            let every = Duration::from_secs_f64(users as f64 / rate.max(1) as f64);
            let first = every.mul_f64(number as f64 / users as f64);
            Rate { first, every }
        });
        Self {
            begin,
            sent: 0,
            most: arguments.duration.is_none().then_some(arguments.requests),
            end: arguments.duration,
            rate,
        }
    }

    /// Waits until the next is due, and says since when it is; `None` if it was the last.
    pub(crate) async fn next(&mut self) -> Option<Instant> {
        let now = self.begin.elapsed();
        let due = match &self.rate {
            None => now,
            Some(rate) => rate.first + rate.every.mul_f64(self.sent as f64),
        };
        let is_over = self.most.is_some_and(|most| self.sent >= most)
            || self.end.is_some_and(|end| due.max(now) >= end);
        if is_over {
            return None;
        }
        self.sent += 1;
        let due_at = self.begin + due;
        if due > now {
            sleep_until(due_at.into()).await;
        }
        Some(due_at)
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.begin.elapsed()
    }
}
