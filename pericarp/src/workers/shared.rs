use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::WhenFull;
use super::counts::Counts;
use super::key::{Key, Keys};
use super::lanes::{Lanes, Next, Waiting};
use super::turn::Turn;
use super::worker::Worker;
use crate::places::Places;

/// What callers and workers share.
pub(super) struct Shared {
    pub(super) keys: Keys,
    pub(super) counts: Arc<Counts>,
    pub(super) when_full: WhenFull,
    pub(super) workers: usize,
    /// Of jobs that wait.
    pub(super) places: Places,
    pub(super) runtime: Handle,
    state: Mutex<State>,
    /// No job waits or is at work.
    pub(super) drained: Notify,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) lanes: Lanes,
    /// Workers there are. They come when there is work, and go when there is none.
    active: usize,
    pub(super) closed: bool,
}

impl Shared {
    pub(super) fn new(
        workers: usize,
        capacity: usize,
        when_full: WhenFull,
        runtime: Handle,
    ) -> Self {
        Self {
            keys: Keys::new(),
            counts: Arc::default(),
            when_full,
            workers,
            places: Places::new(capacity),
            runtime,
            state: Mutex::default(),
            drained: Notify::new(),
        }
    }

    /// A panic while it is locked leaves it whole: none of the steps can.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the caller whose turn it is, and sends a worker if one more may be at work.
    pub(super) fn go_on(self: &Arc<Self>, mut state: MutexGuard<'_, State>, next: Next) {
        let hire = state.lanes.is_ready() && state.active < self.workers;
        if hire {
            state.active += 1;
        }
        let drained = state.closed && state.lanes.is_empty();
        drop(state);
        next.tell();
        if hire {
            self.runtime.spawn(Worker::new(self.clone()).work());
        }
        if drained {
            self.drained.notify_waiters();
        }
    }

    /// The next job for a worker; if there is none, he goes.
    pub(super) fn next(self: &Arc<Self>) -> Option<Turn> {
        let mut state = self.state();
        match state.lanes.take() {
            Some((key, waiting)) => {
                drop(state);
                Some(self.turn(key, waiting))
            }
            None => {
                state.active -= 1;
                None
            }
        }
    }

    pub(super) fn turn(self: &Arc<Self>, key: Key, waiting: Waiting) -> Turn {
        if waiting.has_place {
            self.places.free(1);
        }
        Turn::new(self.clone(), key, waiting.job)
    }

    /// The runtime has ended: no job will run any more.
    pub(super) fn abandon(&self) {
        self.places.close();
        let mut state = self.state();
        state.closed = true;
        let waiting = state.lanes.abandon();
        drop(state);
        drop(waiting);
        self.drained.notify_waiters();
    }
}
