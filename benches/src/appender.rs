//! Many who append at the same time, and how long each append takes.

use std::time::{Duration, Instant};

use futures::future::try_join_all;
use hdrhistogram::Histogram;

use crate::Outcome;

/// Somebody who appends one event after another to a stream of its own.
pub trait Appender: Send + 'static {
    /// Appends the next event, and waits until it is stored.
    fn append(&mut self) -> impl Future<Output = Outcome<()>> + Send;
}

/// Lets all of them append `each` events at the same time, and says how long each append took.
///
/// # Errors
/// What the first that fails says.
pub async fn append_all<A: Appender>(appenders: &mut Vec<A>, each: usize) -> Outcome<Latencies> {
    let running = appenders.drain(..).map(|mut appender| {
        tokio::spawn(async move {
            let mut latencies = Latencies::new()?;
            for _ in 0..each {
                let start = Instant::now();
                appender.append().await?;
                latencies.note(start.elapsed());
            }
            Outcome::Ok((appender, latencies))
        })
    });
    let mut all = Latencies::new()?;
    for outcome in try_join_all(running.collect::<Vec<_>>()).await? {
        let (appender, latencies) = outcome?;
        appenders.push(appender);
        all.0.add(latencies.0)?;
    }
    Ok(all)
}

/// How long appends took, in microseconds.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

impl Latencies {
    fn new() -> Outcome<Self> {
        Ok(Self(Histogram::new_with_bounds(1, 60_000_000, 3)?))
    }

    fn note(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(micros);
    }

    /// The latency that this share of the appends did not exceed: 0.5 for the median.
    pub fn at(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(quantile))
    }
}
