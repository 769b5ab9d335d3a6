use std::cell::RefCell;

use super::key::Key;
use super::shared::Shared;

/// A pool, as long as it is there, and a key of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lane {
    pool: usize,
    key: Key,
}

thread_local! {
    /// Whose jobs are being polled by this thread, the innermost last.
    static POLLED: RefCell<Vec<Lane>> = const { RefCell::new(Vec::new()) };
}

impl Lane {
    pub(super) fn new(shared: &Shared, key: Key) -> Self {
        let pool = std::ptr::from_ref(shared) as usize;
        Self { pool, key }
    }

    /// Polls a job of it.
    pub(super) fn within<T>(self, poll: impl FnOnce() -> T) -> T {
        POLLED.with_borrow_mut(|polled| polled.push(self));
        let _polled = Polled;
        poll()
    }

    /// Whether a job of it is being polled here.
    pub(super) fn is_here(self) -> bool {
        POLLED.with_borrow(|polled| polled.contains(&self))
    }

    /// Whether any job of its pool is being polled here.
    pub(super) fn is_in_its_pool(self) -> bool {
        POLLED.with_borrow(|polled| polled.iter().any(|lane| lane.pool == self.pool))
    }
}

/// A job that is being polled, which may end with a panic.
struct Polled;

impl Drop for Polled {
    fn drop(&mut self) {
        POLLED.with_borrow_mut(Vec::pop);
    }
}
