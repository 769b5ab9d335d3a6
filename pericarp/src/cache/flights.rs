use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Notify;

use super::entry::Entry;

/// Who is on the way for which answer: one for each key, and all others wait for him.
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

    fn shard(&self, key: &str) -> MutexGuard<'_, Shard> {
        let shard = self.hasher.hash_one(key) as usize % self.shards.len();
        let shard = self.shards[shard].lock();
        shard.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// What was brought, if anything.
    pub(super) async fn landed(&self) -> Option<Arc<Entry>> {
        let over = self.over.notified();
        if !self.is_over.load(Ordering::SeqCst) {
            over.await;
        }
        self.landed.get().cloned()
    }
}

impl Lead<'_> {
    /// Gives what was brought to all who wait.
    pub(super) fn land(self, entry: Arc<Entry>) {
        let _ = self.flight.landed.set(entry);
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.flights.shard(self.key).remove(self.key);
        self.flight.is_over.store(true, Ordering::SeqCst);
        self.flight.over.notify_waiters();
    }
}
