use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Buckets;
use super::buckets::MOST;
use super::shards::Cells;

/// How often something was how large: a count for each of its [`Buckets`], and the sum. Clones
/// share it.
///
/// ```
/// use std::time::Duration;
/// use pericarp::metrics::{Description, Registry};
///
/// const TOOK: Description = Description::histogram("baking_seconds", "How long a cake took.");
/// let took = Registry::new().histogram(&TOOK)?.with([]).clone();
/// took.record_duration(Duration::from_millis(3));
/// assert_eq!(took.count(), 1);
/// # Ok::<(), pericarp::metrics::RegisterError>(())
/// ```
#[derive(Clone)]
pub struct Histogram {
    buckets: Buckets,
    cells: Cells<Cell>,
}

#[derive(Default)]
struct Cell {
    sum: AtomicU64,
    counts: [AtomicU64; MOST + 1],
}

/// What was recorded up to one moment.
pub(super) struct Recorded {
    /// How many fell into each bucket, the one without a bound last.
    pub(super) counts: Vec<u64>,
    pub(super) sum: u64,
}

impl Histogram {
    pub(super) fn new(buckets: Buckets) -> Self {
        let cells = Cells::new();
        Self { buckets, cells }
    }

    /// Records a number, in what the bounds of its buckets are.
    pub fn record(&self, value: u64) {
        let bucket = self.buckets.bounds().partition_point(|&most| most < value);
        let mine = self.cells.mine();
        mine.add(|cell| &cell.counts[bucket], 1);
        mine.add(|cell| &cell.sum, value);
    }

    /// Records a duration, in nanoseconds.
    pub fn record_duration(&self, duration: Duration) {
        self.record(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    /// How many numbers were recorded.
    pub fn count(&self) -> u64 {
        self.recorded().counts.iter().sum()
    }

    pub(super) const fn buckets(&self) -> Buckets {
        self.buckets
    }

    pub(super) fn recorded(&self) -> Recorded {
        let mut counts = vec![0; self.buckets.bounds().len() + 1];
        let mut sum = 0_u64;
        for cell in self.cells.all() {
            for (count, more) in counts.iter_mut().zip(&cell.counts) {
                *count += more.load(Ordering::Relaxed);
            }
            sum = sum.wrapping_add(cell.sum.load(Ordering::Relaxed));
        }
        Recorded { counts, sum }
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Recorded { counts, sum } = self.recorded();
        f.debug_struct("Histogram")
            .field("counts", &counts)
            .field("sum", &sum)
            .finish()
    }
}
