use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::WhenFull;
use crate::places::{Places, Refused};

/// A bounded queue from async callers to threads.
///
/// A caller waits for a place without blocking its runtime. One thread may take everything that
/// has come, and linger for more; or several may take one item each. Giving up while waiting for
/// a place leaves no trace.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    places: Places,
}

struct State<T> {
    items: VecDeque<T>,
    /// How many of them have no place.
    beside: usize,
    /// How many items a thread wants before it is woken.
    wanted: usize,
    /// Threads that wait. The last to come is the first to be woken: its caches are warm.
    idle: Vec<Thread>,
    closed: bool,
}

/// How long a thread that has answered looks for the next question before it sleeps, giving way to
/// whoever wants its core. Waking a thread takes 50 µs where the core went idle; the pages of a long
/// stream come one upon the other, and replay of 10,000 events is a tenth faster so.
const AWAKE: Duration = Duration::from_micros(100);

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
                items: VecDeque::new(),
                beside: 0,
                wanted: 1,
                idle: Vec::new(),
                closed: false,
            }),
            places: Places::new(capacity),
        }
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.places.capacity()
    }

    /// How many items wait to be taken.
    pub(crate) fn len(&self) -> usize {
        self.lock().items.len()
    }

    pub(crate) async fn push(&self, item: T, when_full: WhenFull) -> Result<(), Refused> {
        when_full.take(&self.places).await?;
        self.put(item, 0)
    }

    /// Puts an item there, if there is a place.
    pub(crate) fn try_push(&self, item: T) -> Result<(), Refused> {
        self.places.try_take()?;
        self.put(item, 0)
    }

    /// Puts an item there that takes nobody's place, where all items are taken together.
    pub(crate) fn push_beside(&self, item: T) -> Result<(), Refused> {
        self.put(item, 1)
    }

    fn put(&self, item: T, beside: usize) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        state.items.push_back(item);
        state.beside += beside;
        let woken = if state.items.len() >= state.wanted {
            state.idle.pop()
        } else {
            None
        };
        drop(state);
        if let Some(thread) = woken {
            thread.unpark();
        }
        Ok(())
    }

    /// Waits for one item and takes it; `None` once the queue is closed and empty.
    pub(crate) fn take(&self) -> Option<T> {
        let awake_until = Instant::now() + AWAKE;
        let mut state = self.lock();
        loop {
            if let Some(item) = state.items.pop_front() {
                self.places.free(1);
                return Some(item);
            }
            if state.closed {
                return None;
            }
            if Instant::now() < awake_until {
                drop(state);
                thread::yield_now();
                state = self.lock();
            } else {
                state = self.wait(state, None);
            }
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
            state = self.wait(state, None);
        }
        let expected = expected.min(self.places.capacity());
        if state.items.len() < expected && !linger.is_zero() {
            let deadline = Instant::now() + linger;
            state.wanted = expected;
            while state.items.len() < expected && !state.closed {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                state = self.wait(state, Some(left));
            }
            state.wanted = 1;
        }
        std::mem::swap(&mut state.items, batch);
        let beside = std::mem::take(&mut state.beside);
        drop(state);
        self.places.free(batch.len() - beside);
        true
    }

    /// Whether further items are refused.
    #[cfg(feature = "sqlite-sqlx")]
    pub(crate) fn is_closed(&self) -> bool {
        self.places.is_closed()
    }

    /// Refuses further items that take a place.
    pub(crate) fn refuse(&self) {
        self.places.close();
    }

    /// Refuses further items; those that are queued are still taken.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        self.places.close();
        state.idle.drain(..).for_each(|thread| thread.unpark());
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

    /// Waits to be woken, or for `timeout`; or for no reason at all, so the caller looks again.
    fn wait<'q>(
        &'q self,
        mut state: MutexGuard<'q, State<T>>,
        timeout: Option<Duration>,
    ) -> MutexGuard<'q, State<T>> {
        let me = thread::current();
        state.idle.push(me.clone());
        drop(state);
        match timeout {
            Some(timeout) => thread::park_timeout(timeout),
            None => thread::park(),
        }
        let mut state = self.lock();
        state.idle.retain(|thread| thread.id() != me.id());
        state
    }
}
