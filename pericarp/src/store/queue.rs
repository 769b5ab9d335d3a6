use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// A bounded queue from async callers to a thread.
///
/// A caller waits for a place without blocking its runtime; the thread takes everything that has
/// come, and may linger for more. Giving up while waiting for a place leaves no trace.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    places: Semaphore,
    capacity: usize,
}

struct State<T> {
    items: VecDeque<T>,
    /// How many items the thread wants before it is woken.
    wanted: usize,
    closed: bool,
}

/// What a caller does when the queue is full.
///
/// ```
/// use pericarp::store::sqlite::WhenFull;
///
/// assert_eq!(WhenFull::default(), WhenFull::Wait);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// It waits for a place.
    #[default]
    Wait,
    /// It gets an error at once.
    Reject,
}

pub(crate) enum Refused {
    Full,
    Closed,
}

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
                items: VecDeque::new(),
                wanted: 1,
                closed: false,
            }),
            arrived: Condvar::new(),
            places: Semaphore::new(capacity),
            capacity,
        }
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) async fn push(&self, item: T, when_full: WhenFull) -> Result<(), Refused> {
        let place = match (self.places.try_acquire(), when_full) {
            (Ok(place), _) => place,
            (Err(_), WhenFull::Wait) => {
                self.places.acquire().await.map_err(|_| Refused::Closed)?
            }
            (Err(_), WhenFull::Reject) if self.places.is_closed() => return Err(Refused::Closed),
            (Err(_), WhenFull::Reject) => return Err(Refused::Full),
        };
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        // The place is given back when the thread takes the item.
        place.forget();
        state.items.push_back(item);
        if state.items.len() >= state.wanted {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for one item and takes it; `None` once the queue is closed and empty.
    pub(crate) fn take(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(item) = state.items.pop_front() {
                self.places.add_permits(1);
                return Some(item);
            }
            if state.closed {
                return None;
            }
            state = self.wait(state);
        }
    }

    /// Waits for an item, then at most `linger` for `expected` items, and takes all that came;
    /// `false` once the queue is closed and empty.
    pub(crate) fn take_all(
        &self,
        batch: &mut VecDeque<T>,
        expected: usize,
        linger: Duration,
    ) -> bool {
        let mut state = self.lock();
        while state.items.is_empty() {
            if state.closed {
                return false;
            }
            state = self.wait(state);
        }
        let expected = expected.min(self.capacity);
        if state.items.len() < expected && !linger.is_zero() {
            let deadline = Instant::now() + linger;
            state.wanted = expected;
            while state.items.len() < expected && !state.closed {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                state = self
                    .arrived
                    .wait_timeout(state, left)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            state.wanted = 1;
        }
        std::mem::swap(&mut state.items, batch);
        drop(state);
        self.places.add_permits(batch.len());
        true
    }

    /// Refuses further items; those that are queued are still taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.places.close();
        self.arrived.notify_all();
    }

    /// Closes and forgets what is queued, for a thread that ends early.
    pub(crate) fn abandon(&self) {
        self.close();
        let items = std::mem::take(&mut self.lock().items);
        // Dropped outside the lock: their owners are told, and may come back at once.
        drop(items);
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'q>(&self, state: MutexGuard<'q, State<T>>) -> MutexGuard<'q, State<T>> {
        self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}
