use std::sync::atomic::{AtomicU64, Ordering};

/// Only ever counts up.
#[derive(Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    #[inline]
    pub(super) fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What has happened so far.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) l1_hits: Count,
    pub(super) l2_hits: Count,
    pub(super) shared: Count,
    pub(super) misses: Count,
    pub(super) loads: Count,
    pub(super) failed_loads: Count,
    pub(super) evictions: Count,
    pub(super) invalidations: Count,
    pub(super) l2_errors: Count,
}
