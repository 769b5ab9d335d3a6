use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::TooMany;
use super::acquire::Acquire;

/// How many requests may be at work at once, and how many may wait until it is their turn.
///
/// Turns are in the order of arrival. It can be a `static`, so that several requests share it:
/// see [`Limit::shared`](super::Limit::shared).
#[derive(Debug)]
pub struct Permits {
    at_once: usize,
    waiting: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Those who have a permit, or have been granted one while they waited.
    taken: usize,
    queue: VecDeque<Waiter>,
    next_ticket: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    /// Whom to wake; nobody once it has been granted a permit.
    waker: Option<Waker>,
}

impl Permits {
    /// So many at once, of which 0 counts as 1, and so many who wait.
    pub const fn new(at_once: usize, waiting: usize) -> Self {
        Self {
            at_once: if at_once == 0 { 1 } else { at_once },
            waiting,
            state: Mutex::new(State {
                taken: 0,
                queue: VecDeque::new(),
                next_ticket: 0,
            }),
        }
    }

    pub(super) const fn acquire(&self) -> Acquire<'_> {
        Acquire::new(self)
    }

    /// Takes a permit, or a ticket and a place in the queue.
    pub(super) fn take(&self, waker: &Waker) -> Result<Taken<'_>, TooMany> {
        let mut state = self.state();
        if state.taken < self.at_once {
            state.taken += 1;
            return Ok(Taken::Permit(Permit { permits: self }));
        }
        let waiting = state.queue.iter().filter(|waiter| waiter.waker.is_some());
        if waiting.count() >= self.waiting {
            return Err(TooMany {
                at_once: self.at_once,
                waiting: self.waiting,
            });
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        let waker = Some(waker.clone());
        state.queue.push_back(Waiter { ticket, waker });
        Ok(Taken::Ticket(ticket))
    }

    /// The permit of a ticket, if it is its turn.
    pub(super) fn redeem(&self, ticket: u64, waker: &Waker) -> Option<Permit<'_>> {
        let mut state = self.state();
        let place = state.place_of(ticket)?;
        match &mut state.queue[place].waker {
            Some(waiting) => {
                waiting.clone_from(waker);
                None
            }
            None => {
                state.queue.remove(place);
                Some(Permit { permits: self })
            }
        }
    }

    /// Whoever had a ticket does not want it any more.
    pub(super) fn give_up(&self, ticket: u64) {
        let mut state = self.state();
        let waiter = state
            .place_of(ticket)
            .and_then(|place| state.queue.remove(place));
        let next = match waiter {
            Some(Waiter { waker: None, .. }) => state.pass_on(),
            _ => None,
        };
        wake(state, next);
    }

    fn give_back(&self) {
        let mut state = self.state();
        let next = state.pass_on();
        wake(state, next);
    }

    /// A panic while it is locked leaves it whole: none of these steps can.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn place_of(&self, ticket: u64) -> Option<usize> {
        self.queue.iter().position(|waiter| waiter.ticket == ticket)
    }

    /// Grants a permit that comes free to the first who waits.
    fn pass_on(&mut self) -> Option<Waker> {
        let next = self.queue.iter_mut().find_map(|waiter| waiter.waker.take());
        if next.is_none() {
            self.taken -= 1;
        }
        next
    }
}

/// Not while it is locked: whoever is woken may come at once.
fn wake(state: MutexGuard<'_, State>, next: Option<Waker>) {
    drop(state);
    if let Some(next) = next {
        next.wake();
    }
}

/// What one who comes gets.
pub(super) enum Taken<'p> {
    Permit(Permit<'p>),
    Ticket(u64),
}

/// It may be at work, until this is dropped.
#[derive(Debug)]
pub(super) struct Permit<'p> {
    permits: &'p Permits,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.permits.give_back();
    }
}
