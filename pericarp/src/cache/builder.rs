use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::breaker::Breaker;
use super::counts::Counts;
use super::flights::Flights;
use super::generations::Generations;
use super::hearing::Hearing;
use super::memory::Memory;
use super::second::Second;
use super::shared::{Shared, Times};
use super::{Cache, SecondLevel};
use crate::{Clock, SystemClock};

/// How large a cache is, and how long what it keeps counts.
#[must_use = "it is `build` that makes a cache"]
pub struct CacheBuilder {
    capacity: usize,
    times: Times,
    clock: Arc<dyn Clock>,
    second: Option<(Box<dyn SecondLevel>, Duration)>,
    timeout: Duration,
    pause: Duration,
    patience: Duration,
}

impl CacheBuilder {
    pub(super) fn new() -> Self {
        Self {
            capacity: 10_000,
            times: Times {
                ttl: Duration::from_secs(60),
                negative_ttl: Duration::from_secs(5),
                jitter: 0.1,
                early: 0.1,
                deaf_ttl: Duration::from_secs(1),
            },
            clock: Arc::new(SystemClock),
            second: None,
            timeout: Duration::from_millis(50),
            pause: Duration::from_secs(1),
            patience: Duration::from_secs(1),
        }
    }

    /// How many answers it keeps in memory: 10,000. 0 counts as 1.
    pub const fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = if capacity == 0 { 1 } else { capacity };
        self
    }

    /// How long an answer in memory counts: 60 seconds. A hundred years are the most of all times.
    pub const fn ttl(mut self, ttl: Duration) -> Self {
        self.times.ttl = at_most_forever(ttl);
        self
    }

    /// How long it counts that there is none: 5 seconds.
    pub const fn negative_ttl(mut self, ttl: Duration) -> Self {
        self.times.negative_ttl = at_most_forever(ttl);
        self
    }

    /// By which share of its time an answer counts shorter, at most: 0.1. Each key has a share of
    /// its own, so that what was loaded at once does not expire at once.
    pub const fn jitter(mut self, share: f64) -> Self {
        self.times.jitter = share_of_one(share);
        self
    }

    /// In the last share of its time, one who comes loads an answer anew, while others still get
    /// the old one: 0.1. With 0 they all wait for it once it is stale.
    pub const fn refresh_early(mut self, share: f64) -> Self {
        self.times.early = share_of_one(share);
        self
    }

    /// How long one who waits for another's load lets that stand still before he loads the answer
    /// himself: 1 second. It stands still while whoever has begun it is woken and not polled, as it
    /// happens to a future that is kept and not awaited; one that takes long does not.
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = at_most_forever(patience);
        self
    }

    /// What is asked before an answer is loaded, and how long it keeps one.
    pub fn second_level(mut self, level: impl SecondLevel, ttl: Duration) -> Self {
        self.second = Some((Box::new(level), at_most_forever(ttl)));
        self
    }

    /// How long anybody waits for the second level: 50 ms.
    pub const fn second_level_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long the second level is left alone once it has failed three times in a row: 1 second.
    /// After that one may try, and so on.
    pub const fn second_level_pause(mut self, pause: Duration) -> Self {
        self.pause = at_most_forever(pause);
        self
    }

    /// How long an answer in memory counts at most while a cache that [listens](Cache::listen) cannot
    /// hear what others invalidate: 1 second.
    pub const fn deaf_ttl(mut self, ttl: Duration) -> Self {
        self.times.deaf_ttl = at_most_forever(ttl);
        self
    }

    /// What times are measured with.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The cache.
    pub fn build(self) -> Cache {
        let counts = Arc::<Counts>::default();
        let (timeout, pause) = (self.timeout, self.pause);
        let second = self.second.map(|(level, ttl)| Second {
            level,
            ttl,
            timeout,
            pause,
            clock: self.clock.clone(),
            counts: counts.clone(),
            breaker: Mutex::new(Breaker::default()),
            pending: Mutex::default(),
        });
        Cache {
            shared: Arc::new(Shared {
                memory: Memory::new(self.capacity, counts.clone()),
                second,
                flights: Flights::new(),
                generations: Generations::new(),
                counts,
                clock: self.clock,
                times: self.times,
                patience: self.patience,
                hearing: Hearing::default(),
            }),
        }
    }
}

/// A hundred years: a time that can be added to now, and doubled.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

const fn at_most_forever(time: Duration) -> Duration {
    if time.as_secs() < FOREVER.as_secs() {
        time
    } else {
        FOREVER
    }
}

const fn share_of_one(share: f64) -> f64 {
    if share.is_nan() {
        0.0
    } else {
        share.clamp(0.0, 1.0)
    }
}

impl fmt::Debug for CacheBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheBuilder")
            .field("capacity", &self.capacity)
            .field("times", &self.times)
            .field("second_level_timeout", &self.timeout)
            .field("second_level_pause", &self.pause)
            .finish_non_exhaustive()
    }
}
