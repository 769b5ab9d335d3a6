use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::shards::Cells;

/// A number that only grows. Clones share it.
///
/// Threads that count at once write to cells of their own, which are added up when it is read, so
/// none is lost and none waits for another.
///
/// ```
/// use pericarp::metrics::{Description, Registry};
///
/// const SEEN: Description = Description::counter("seen_total", "What was seen.");
/// let seen = Registry::new().counter(&SEEN)?.with([]).clone();
/// seen.increment();
/// seen.add(2);
/// assert_eq!(seen.value(), 3);
/// # Ok::<(), pericarp::metrics::RegisterError>(())
/// ```
#[derive(Clone)]
pub struct Counter {
    cells: Cells<AtomicU64>,
}

impl Counter {
    pub(super) fn new() -> Self {
        Self {
            cells: Cells::new(),
        }
    }

    /// One more.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// So many more.
    #[inline]
    pub fn add(&self, more: u64) {
        self.cells.mine().add(|cell| cell, more);
    }

    /// How many there are: all that were counted before, by whichever thread.
    pub fn value(&self) -> u64 {
        let cells = self.cells.all();
        cells.fold(0, |sum, cell| {
            sum.wrapping_add(cell.load(Ordering::Relaxed))
        })
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counter").field(&self.value()).finish()
    }
}
