use std::sync::atomic::{AtomicU64, Ordering};

/// Only ever counts up.
#[derive(Default)]
pub(super) struct Count(AtomicU64);

impl Count {
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
    pub(super) accepted: Count,
    pub(super) completed: Count,
    pub(super) panicked: Count,
    pub(super) rejected: Count,
    pub(super) inline: Count,
    pub(super) saturated: Count,
}
