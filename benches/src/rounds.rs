//! Ratios within one run: the candidates take turns, so that a noisy neighbour disturbs all.

use std::time::{Duration, Instant};

use crate::Outcome;
use crate::appender::{Appender, Latencies, append_all};

/// How long each candidate took, round by round.
#[derive(Debug)]
pub struct Rounds {
    names: Vec<&'static str>,
    times: Vec<Vec<Duration>>,
    /// Of those that say how long each append took.
    latencies: Vec<Vec<Latencies>>,
}

impl Rounds {
    /// Makes ready for these candidates; the first is the one the others are compared with.
    pub fn new(names: &[&'static str]) -> Self {
        Self {
            names: names.to_vec(),
            times: vec![Vec::new(); names.len()],
            latencies: vec![Vec::new(); names.len()],
        }
    }

    /// Notes a time.
    pub fn note(&mut self, candidate: usize, time: Duration) {
        self.times[candidate].push(time);
    }

    /// Runs and times a piece of work.
    ///
    /// # Errors
    /// What the work says.
    pub async fn time<F: Future<Output = Outcome<()>>>(
        &mut self,
        candidate: usize,
        work: F,
    ) -> Outcome<()> {
        let start = Instant::now();
        work.await?;
        self.note(candidate, start.elapsed());
        Ok(())
    }

    /// Runs and times appenders, and each of their appends.
    ///
    /// # Errors
    /// What the appenders say.
    pub async fn time_appends<A: Appender>(
        &mut self,
        candidate: usize,
        appenders: &mut Vec<A>,
        each: usize,
    ) -> Outcome<()> {
        let start = Instant::now();
        let latencies = append_all(appenders, each).await?;
        self.note(candidate, start.elapsed());
        self.latencies[candidate].push(latencies);
        Ok(())
    }

    /// The time of a candidate in the last round.
    pub fn last(&self, candidate: usize) -> Duration {
        self.times[candidate].last().copied().unwrap_or_default()
    }

    /// The median time of a candidate.
    pub fn median(&self, candidate: usize) -> Duration {
        let mut times = self.times[candidate].clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }

    /// How many times faster `candidate` was than `other`: the median over rounds of the ratio
    /// within each round.
    pub fn speed(&self, candidate: usize, other: usize) -> f64 {
        let pairs = self.times[candidate].iter().zip(&self.times[other]);
        median(pairs.map(|(mine, theirs)| theirs.as_secs_f64() / mine.as_secs_f64()))
    }

    /// The latency that this share of a candidate's appends did not exceed, by that of `other`:
    /// the median over rounds of the ratio within each round.
    pub fn latency(&self, candidate: usize, other: usize, quantile: f64) -> f64 {
        let pairs = self.latencies[candidate].iter().zip(&self.latencies[other]);
        median(pairs.map(|(mine, theirs)| {
            mine.at(quantile).as_secs_f64() / theirs.at(quantile).as_secs_f64()
        }))
    }

    /// A table: events per second of each candidate, and how it compares with the first.
    pub fn table(&self, title: &str, events: usize) -> String {
        use std::fmt::Write as _;
        let mut table = format!("{title}\n");
        for (candidate, name) in self.names.iter().enumerate() {
            let seconds = self.median(candidate).as_secs_f64();
            let rate = events as f64 / seconds;
            let each = seconds * 1e6 / events as f64;
            let ratio = self.speed(candidate, 0);
            // Writing to a string does not fail.
            let _ = write!(
                table,
                "  {name:<38} {rate:>11.0} events/s {each:>9.2} µs each  × {ratio:.2}"
            );
            if !self.latencies[candidate].is_empty() {
                let at = |quantile| {
                    let rounds = self.latencies[candidate].iter();
                    median(rounds.map(|round| round.at(quantile).as_secs_f64() * 1e3))
                };
                let (middle, slow) = (at(0.5), at(0.99));
                let _ = write!(table, "  p50 {middle:>6.2} ms  p99 {slow:>6.2} ms");
            }
            table.push('\n');
        }
        table
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
