use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A bounded number of places, and a queue of those who wait for one.
///
/// A place that becomes free is nobody's until somebody who is polled takes it. A semaphore would give
/// it to whoever waits longest; if his future is not polled, because the one who owns it awaits
/// something else, all others would wait for ever.
///
/// Turns are in the order of arrival all the same: all who wait are woken, and one who is polled before
/// his turn gives way a few times, so that those before him come first if they come at all.
#[derive(Debug)]
pub(crate) struct Places {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    is_closed: bool,
    /// In the order of their tickets.
    queue: VecDeque<Waiter>,
    next_ticket: u64,
    /// How many places were taken so far.
    taken: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    /// Whom to wake; nobody if he was woken and has not been polled since.
    waker: Option<Waker>,
    /// How often he gave way, and what `taken` was then.
    gave_way: u8,
    gave_way_at: u64,
}

/// How often one who is polled before his turn gives way to those before him, who have been woken too.
const GIVES_WAY: u8 = 4;

#[derive(Debug)]
pub(crate) enum Refused {
    Full,
    Closed,
}

impl Places {
    pub(crate) const fn new(capacity: usize) -> Self {
        Self {
            capacity,
            state: Mutex::new(State {
                free: capacity,
                is_closed: false,
                queue: VecDeque::new(),
                next_ticket: 0,
                taken: 0,
            }),
        }
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Takes a place, if there is one for which nobody waits. It is given back by
    /// [`Places::free`].
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "workers"))]
    pub(crate) fn try_take(&self) -> Result<(), Refused> {
        self.state().try_take()
    }

    /// Waits for a place, and takes it. Giving up meanwhile leaves no trace.
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "workers"))]
    pub(crate) const fn take(&self) -> Take<'_> {
        self.take_among(usize::MAX)
    }

    /// The same, if no more wait than so many.
    pub(crate) const fn take_among(&self, waiting: usize) -> Take<'_> {
        Take {
            places: self,
            waiting,
            ticket: None,
        }
    }

    /// Gives places back.
    pub(crate) fn free(&self, places: usize) {
        if places > 0 {
            let mut state = self.state();
            state.free += places;
            wake_all(state);
        }
    }

    /// There are no more places, for those who wait either.
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "workers"))]
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        wake_all(state);
    }

    #[cfg(any(feature = "postgres", feature = "sqlite-sqlx"))]
    pub(crate) fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// A panic while it is locked leaves it whole: none of these steps can.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One who comes leaves to those who wait as many as they are.
    fn try_take(&mut self) -> Result<(), Refused> {
        if self.is_closed {
            Err(Refused::Closed)
        } else if self.free > self.queue.len() {
            self.take();
            Ok(())
        } else {
            Err(Refused::Full)
        }
    }

    const fn take(&mut self) {
        self.free -= 1;
        self.taken += 1;
    }

    /// Where in the queue a ticket is.
    fn place_of(&self, ticket: u64) -> Option<usize> {
        let found = self
            .queue
            .binary_search_by_key(&ticket, |waiter| waiter.ticket);
        found.ok()
    }

    /// One who waits in this place of the queue is polled.
    fn poll(&mut self, place: usize) -> Polled {
        let (free, taken) = (self.free, self.taken);
        let waiter = &mut self.queue[place];
        if waiter.gave_way_at != taken {
            (waiter.gave_way, waiter.gave_way_at) = (0, taken);
        }
        if self.is_closed {
            self.queue.remove(place);
            Polled::Closed
        } else if place < free || free > 0 && waiter.gave_way == GIVES_WAY {
            self.queue.remove(place);
            self.take();
            Polled::Taken
        } else if free > 0 {
            waiter.gave_way += 1;
            Polled::GivesWay
        } else {
            Polled::Waits
        }
    }
}

enum Polled {
    Taken,
    Closed,
    Waits,
    /// Before his turn, and is to be polled again.
    GivesWay,
}

/// Not while it is locked: whoever is woken may come at once.
fn wake_all(mut state: MutexGuard<'_, State>) {
    if state.queue.is_empty() {
        return;
    }
    let waiting = state.queue.iter_mut();
    let wakers: Vec<Waker> = waiting.filter_map(|waiter| waiter.waker.take()).collect();
    drop(state);
    wakers.into_iter().for_each(Waker::wake);
}

/// Waits for a place.
#[must_use]
pub(crate) struct Take<'p> {
    places: &'p Places,
    waiting: usize,
    ticket: Option<u64>,
}

impl Future for Take<'_> {
    type Output = Result<(), Refused>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let places = self.places;
        let mut state = places.state();
        let place = match self.ticket {
            Some(ticket) => state.place_of(ticket),
            None => match state.try_take() {
                // Those for whom there is a place do not wait, and have not come yet.
                Err(Refused::Full) if state.queue.len() - state.free < self.waiting => {
                    let ticket = state.next_ticket;
                    state.next_ticket += 1;
                    self.ticket = Some(ticket);
                    let gave_way_at = state.taken;
                    state.queue.push_back(Waiter {
                        ticket,
                        waker: None,
                        gave_way: 0,
                        gave_way_at,
                    });
                    Some(state.queue.len() - 1)
                }
                taken => return Poll::Ready(taken),
            },
        };
        // One that is polled once more when it has ended is in no queue.
        let Some(place) = place else {
            return Poll::Pending;
        };
        let polled = state.poll(place);
        let outcome = match polled {
            Polled::Taken => Poll::Ready(Ok(())),
            Polled::Closed => Poll::Ready(Err(Refused::Closed)),
            Polled::Waits | Polled::GivesWay => {
                let waker = context.waker();
                let known = &mut state.queue[place].waker;
                // Dropped once nothing is locked: a waker may take a task with it.
                let old = match known {
                    Some(known) if known.will_wake(waker) => None,
                    known => known.replace(waker.clone()),
                };
                drop(state);
                drop(old);
                if matches!(polled, Polled::GivesWay) {
                    waker.wake_by_ref();
                }
                return Poll::Pending;
            }
        };
        self.ticket = None;
        outcome
    }
}

impl Drop for Take<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let mut state = self.places.state();
            if let Some(place) = state.place_of(ticket) {
                let waiter = state.queue.remove(place);
                drop(state);
                drop(waiter);
            }
        }
    }
}
