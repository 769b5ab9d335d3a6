use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::read::head;
use crate::store::tail::Tail;

/// How many wait for events, so that a thread looks for those of other processes, which nobody
/// tells of; and only while somebody waits.
#[derive(Default)]
pub(super) struct Lookout {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: usize,
    closed: bool,
}

impl Lookout {
    /// Has the thread look until what this returns is dropped.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        self.lock().waiting += 1;
        self.changed.notify_one();
        Wanted(self)
    }

    /// Ends the thread.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    /// Waits for the next time to look; `false` once it is closed.
    fn next(&self, interval: Duration) -> bool {
        let state = self
            .changed
            .wait_while(self.lock(), |state| state.waiting == 0 && !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let (state, _) = self
            .changed
            .wait_timeout_while(state, interval, |state| !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        !state.closed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody waits.
pub(super) struct Wanted<'l>(&'l Lookout);

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        self.0.lock().waiting -= 1;
    }
}

/// Looks where the log ends, whoever appended to it, until the lookout is closed.
pub(super) fn run(connection: &Connection, lookout: &Lookout, tail: &Tail, interval: Duration) {
    while lookout.next(interval) {
        match head(connection) {
            Ok(head) => tail.advance(head),
            // Whoever waits asks a reader, which says what is wrong.
            Err(_) => tail.doubt(),
        }
    }
}
