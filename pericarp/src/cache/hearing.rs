use std::sync::atomic::{AtomicU8, Ordering};

/// Whether a cache hears what others invalidate.
#[derive(Default)]
pub(super) struct Hearing(AtomicU8);

impl Hearing {
    /// It was asked to, and cannot for now.
    pub(super) const DEAF: u8 = 1;
    /// Everything.
    pub(super) const HEARS: u8 = 2;

    pub(super) fn is(&self, state: u8) -> bool {
        self.0.load(Ordering::SeqCst) == state
    }

    pub(super) fn set(&self, state: u8) {
        self.0.store(state, Ordering::SeqCst);
    }
}
