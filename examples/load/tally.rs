use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::resident::Resident;

/// The finest latency that is told apart, and the longest that is measured, in microseconds.
const FINEST: u64 = 1;
const LONGEST: u64 = 60_000_000;

/// Latencies in microseconds, to three digits.
pub(crate) type Latencies = Histogram<u64>;

/// What came of all requests so far.
pub(crate) struct Tally {
    pub(crate) commands: Latencies,
    pub(crate) queries: Latencies,
    /// How often each error came, by status and code.
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) intervals: Vec<Interval>,
    /// How large the process was that answered.
    pub(crate) resident: Vec<Resident>,
    interval: Duration,
    current: Latencies,
}

/// What was measured in a part of the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) count: u64,
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) max: u64,
}

impl Tally {
    pub(crate) fn new(interval: Duration) -> Result<Self, hdrhistogram::CreationError> {
        Ok(Self {
            commands: latencies()?,
            queries: latencies()?,
            errors: BTreeMap::new(),
            intervals: Vec::new(),
            resident: Vec::new(),
            interval,
            current: latencies()?,
        })
    }

    /// A request took `latency`, and ended at this time of the run.
    pub(crate) fn record(&mut self, is_command: bool, latency: Duration, at: Duration) {
        while at >= self.interval * (self.intervals.len() as u32 + 1) {
            self.end_interval();
        }
        let micros = u64::try_from(latency.as_micros()).unwrap_or(LONGEST);
        self.current.saturating_record(micros);
        match is_command {
            true => self.commands.saturating_record(micros),
            false => self.queries.saturating_record(micros),
        }
    }

    pub(crate) fn error(&mut self, what: String) {
        *self.errors.entry(what).or_default() += 1;
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.commands.len() + self.queries.len()
    }

    /// The run is over.
    pub(crate) fn end(&mut self) {
        if !self.current.is_empty() {
            self.end_interval();
        }
    }

    fn end_interval(&mut self) {
        let current = &self.current;
        self.intervals.push(Interval {
            count: current.len(),
            p50: current.value_at_quantile(0.5),
            p99: current.value_at_quantile(0.99),
            max: current.max(),
        });
        self.current.reset();
    }

    pub(crate) const fn interval(&self) -> Duration {
        self.interval
    }

    /// Of commands and queries together.
    pub(crate) fn all(&self) -> Latencies {
        let mut all = self.commands.clone();
        // Both have the same bounds.
        let _ = all.add(&self.queries);
        all
    }
}

fn latencies() -> Result<Latencies, hdrhistogram::CreationError> {
    Histogram::new_with_bounds(FINEST, LONGEST, 3)
}
