use std::sync::Arc;

use tokio::runtime::Handle;

use super::shared::Shared;
use super::{WhenFull, Workers};

/// How large a pool is, and what it does when it is full.
#[derive(Clone, Copy, Debug)]
#[must_use = "it is `build` that makes a pool"]
pub struct WorkersBuilder {
    workers: usize,
    capacity: usize,
    when_full: WhenFull,
}

impl WorkersBuilder {
    pub(super) const fn new() -> Self {
        Self {
            workers: 4,
            capacity: 1_024,
            when_full: WhenFull::Wait,
        }
    }

    /// How many jobs are at work at once: 4. 0 counts as 1.
    pub const fn workers(mut self, workers: usize) -> Self {
        self.workers = if workers == 0 { 1 } else { workers };
        self
    }

    /// How many jobs may wait, over all keys: 1,024. 0 counts as 1.
    pub const fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = if capacity == 0 { 1 } else { capacity };
        self
    }

    /// What becomes of a job when as many wait as may: its caller waits.
    pub const fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// A pool on the runtime of whoever builds it.
    ///
    /// # Panics
    /// Outside of a tokio runtime: say there with [`WorkersBuilder::build_on`] which one it is.
    pub fn build(self) -> Workers {
        self.build_on(&Handle::current())
    }

    /// A pool on this runtime.
    pub fn build_on(self, runtime: &Handle) -> Workers {
        Workers {
            shared: Arc::new(Shared::new(
                self.workers,
                self.capacity,
                self.when_full,
                runtime.clone(),
            )),
        }
    }
}
