use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Wake, Waker};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::entry::Entry;
use crate::middleware::before;

/// Who is on the way for which answer: one for each key, and all others wait for him.
///
/// What he polls borrows from his caller, so nobody else can poll it for him. If he is woken and not
/// polled for a while, since whoever holds his future awaits something else, another goes instead.
pub(super) struct Flights {
    hasher: RandomState,
    shards: [Mutex<Shard>; 16],
}

type Shard = HashMap<Box<str>, Arc<Flight>>;

#[derive(Default)]
pub(super) struct Flight {
    landed: OnceLock<Arc<Entry>>,
    is_over: AtomicBool,
    over: Notify,
    pilot: Mutex<Pilot>,
}

/// Whoever is on the way.
#[derive(Default)]
struct Pilot {
    waker: Option<Waker>,
    /// When he was woken, if he has not been polled since.
    woken: Option<Instant>,
}

/// What one who comes is to do.
pub(super) enum Joined<'f> {
    Lead(Lead<'f>),
    Follow(Arc<Flight>),
}

/// He is on the way. If he is dropped, whoever waits and is polled first goes instead.
pub(super) struct Lead<'f> {
    flights: &'f Flights,
    key: &'f str,
    flight: Arc<Flight>,
}

impl Flights {
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
        }
    }

    pub(super) fn join<'f>(&'f self, key: &'f str) -> Joined<'f> {
        let mut shard = self.shard(key);
        if let Some(flight) = shard.get(key) {
            return Joined::Follow(flight.clone());
        }
        let flight = Arc::new(Flight::default());
        shard.insert(key.into(), flight.clone());
        Joined::Lead(Lead {
            flights: self,
            key,
            flight,
        })
    }

    /// Ends a flight for all who wait for it: the next who comes leads another.
    pub(super) fn end(&self, key: &str, flight: &Arc<Flight>) {
        let mut shard = self.shard(key);
        if shard
            .get(key)
            .is_some_and(|current| Arc::ptr_eq(current, flight))
        {
            shard.remove(key);
        }
        drop(shard);
        flight.is_over.store(true, Ordering::SeqCst);
        flight.over.notify_waiters();
    }

    fn shard(&self, key: &str) -> MutexGuard<'_, Shard> {
        let shard = self.hasher.hash_one(key) as usize % self.shards.len();
        let shard = self.shards[shard].lock();
        shard.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// What was brought, if anything; an error if whoever is on the way stands still for longer than
    /// `patience`.
    pub(super) async fn landed(&self, patience: Duration) -> Result<Option<Arc<Entry>>, Stalled> {
        loop {
            let over = async {
                let over = self.over.notified();
                if !self.is_over.load(Ordering::SeqCst) {
                    over.await;
                }
            };
            match before(patience, pin!(over)).await {
                Some(()) => return Ok(self.landed.get().cloned()),
                None if self.stands_still(patience) => return Err(Stalled),
                None => {}
            }
        }
    }

    fn stands_still(&self, patience: Duration) -> bool {
        let woken = self.pilot().woken;
        woken.is_some_and(|woken| woken.elapsed() >= patience)
    }

    fn pilot(&self) -> MutexGuard<'_, Pilot> {
        self.pilot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever is on the way is not polled any more.
pub(super) struct Stalled;

impl Wake for Flight {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut pilot = self.pilot();
        pilot.woken.get_or_insert_with(Instant::now);
        let waker = pilot.waker.clone();
        drop(pilot);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Lead<'_> {
    /// Does what brings the answer, so that others see whether it goes on.
    pub(super) fn fly<W: Future>(&self, work: W) -> impl Future<Output = W::Output> + use<W> {
        let flight = self.flight.clone();
        async move {
            let mut work = pin!(work);
            let waker = Waker::from(flight.clone());
            poll_fn(|context| {
                let mut pilot = flight.pilot();
                pilot.woken = None;
                let known = pilot.waker.take();
                let same = known
                    .as_ref()
                    .is_some_and(|known| known.will_wake(context.waker()));
                let (kept, old) = match same {
                    true => (known, None),
                    false => (Some(context.waker().clone()), known),
                };
                pilot.waker = kept;
                drop(pilot);
                drop(old);
                work.as_mut().poll(&mut Context::from_waker(&waker))
            })
            .await
        }
    }

    /// Whether those who waited do so no more.
    pub(super) fn is_over(&self) -> bool {
        self.flight.is_over.load(Ordering::SeqCst)
    }

    /// Gives what was brought to all who wait.
    pub(super) fn land(self, entry: Arc<Entry>) {
        let _ = self.flight.landed.set(entry);
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.flights.end(self.key, &self.flight);
        let waker = self.flight.pilot().waker.take();
        drop(waker);
    }
}
