//! Answers that are kept: how long, for whom, and what becomes of them when something changes or
//! fails.

mod cached;
mod expiry;
mod invalidation;
mod outages;
mod redis;
mod shelf;
mod single_flight;
mod warm;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pericarp::cache::{Cache, CacheBuilder, Key};
use pericarp::{Clock, Timestamp};

/// A clock that stands still until it is moved.
#[derive(Clone)]
struct Still {
    start: Instant,
    millis: Arc<AtomicU64>,
}

impl Still {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            millis: Arc::default(),
        }
    }

    fn move_on(&self, secs: u64) {
        self.millis.fetch_add(secs * 1_000, Ordering::SeqCst);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::EPOCH
    }

    fn instant(&self) -> Instant {
        self.start + Duration::from_millis(self.millis.load(Ordering::SeqCst))
    }
}

/// Answers count for exactly 100 seconds, that there is none for 10, and nobody is early.
fn exact(clock: &Still) -> CacheBuilder {
    Cache::builder()
        .ttl(Duration::from_secs(100))
        .negative_ttl(Duration::from_secs(10))
        .jitter(0.0)
        .refresh_early(0.0)
        .clock(clock.clone())
}

/// Asks for the answer under `a`, tagged `t`: what is kept, or `value`.
async fn ask(cache: &Cache, value: u64) -> u64 {
    let key = Key::new("test", "a").tagged("t");
    *get(cache, &key, Some(value)).await.unwrap()
}

async fn get(cache: &Cache, key: &Key, value: Option<u64>) -> Option<Arc<u64>> {
    let load = || async move { Ok::<_, Infallible>(value) };
    cache.get_or_load(key, load).await.unwrap()
}
