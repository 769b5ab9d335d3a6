use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::counts::Counts;
use super::entry::Entry;
use super::flights::Flights;
use super::generations::{Generations, Seen};
use super::hearing::Hearing;
use super::memory::Memory;
use super::second::Second;
use super::{CacheBuilder, Key, Stats};
use crate::Clock;

/// Answers that are kept for a while. Clones share it.
///
/// Whoever asks gets what is in memory; else what is in the [second level](super::SecondLevel), if
/// there is one; else he loads it, and all who ask for the same meanwhile wait for him. If he gives
/// up, another of them goes. That there is no answer is kept too, for a time of its own.
///
/// An answer goes stale when its time is up, which is a little different for each key, or when one
/// of its tags is [invalidated](Self::invalidate): at once in this process, wherever a load of it
/// is under way; in other processes when they [hear](Self::listen) of it through the second level,
/// or when they invalidate it themselves, as those do that follow the same events, or else once
/// their memories' time is up. Shortly before its time is up, one who
/// comes loads it anew, while all others still get the old one.
///
/// ```
/// use std::convert::Infallible;
/// use std::time::Duration;
///
/// use pericarp::cache::{Cache, Key};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let cache = Cache::builder().capacity(10_000).ttl(Duration::from_secs(60)).build();
/// let key = Key::new("balance", "ann").tagged("account-ann");
/// let load = || async { Ok::<_, Infallible>(Some(70_i64)) };
/// assert_eq!(cache.get_or_load(&key, load).await?.as_deref(), Some(&70));
/// cache.get_or_load(&key, load).await?; // from memory
/// assert_eq!(cache.stats().loads, 1);
/// cache.invalidate(["account-ann"]).await;
/// cache.get_or_load(&key, load).await?;
/// assert_eq!(cache.stats().loads, 2);
/// # Ok::<(), Infallible>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Cache {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) memory: Memory,
    pub(super) second: Option<Second>,
    pub(super) flights: Flights,
    pub(super) generations: Generations,
    pub(super) counts: Arc<Counts>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) times: Times,
    /// How long one who waits for another's load lets it stand still.
    pub(super) patience: Duration,
    pub(super) hearing: Hearing,
}

/// How long answers count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) ttl: Duration,
    pub(super) negative_ttl: Duration,
    pub(super) jitter: f64,
    pub(super) early: f64,
    /// While it is not heard what others invalidate, though it should be.
    pub(super) deaf_ttl: Duration,
}

impl Cache {
    /// A cache whose size and times are to be chosen.
    pub fn builder() -> CacheBuilder {
        CacheBuilder::new()
    }

    /// What it has done so far.
    pub fn stats(&self) -> Stats {
        let (shared, counts) = (&self.shared, &self.shared.counts);
        let second = shared.second.as_ref();
        Stats {
            l1_hits: counts.l1_hits.get(),
            l2_hits: counts.l2_hits.get(),
            shared: counts.shared.get(),
            misses: counts.misses.get(),
            loads: counts.loads.get(),
            failed_loads: counts.failed_loads.get(),
            stalled_loads: counts.stalled_loads.get(),
            evictions: counts.evictions.get(),
            invalidations: counts.invalidations.get(),
            heard: counts.heard.get(),
            l2_errors: counts.l2_errors.get(),
            entries: shared.memory.len() as u64,
            l2_pending: second.map_or(0, |second| second.pending().len() as u64),
            l2_down: second.is_some_and(|second| second.breaker().is_open()),
            hears: shared.hearing.is(Hearing::HEARS),
        }
    }
}

impl Shared {
    /// An answer that counts from now on, for `at_most` so long.
    pub(super) fn entry<T: Send + Sync + 'static>(
        &self,
        key: &Key,
        seen: Seen,
        value: Option<Arc<T>>,
        is_negative: bool,
        at_most: Duration,
    ) -> Arc<Entry> {
        let times = &self.times;
        let ttl = match is_negative {
            true => times.negative_ttl,
            false => times.ttl,
        };
        let ttl = match self.hearing.is(Hearing::DEAF) {
            true => ttl.min(times.deaf_ttl),
            false => ttl,
        };
        let share = self.generations.share_of(key);
        let ttl = ttl.mul_f64(1.0 - times.jitter * share).min(at_most);
        let now = self.clock.instant();
        Arc::new(Entry {
            value: value.map(|value| value as _),
            seen,
            refresh: now + ttl.mul_f64(1.0 - times.early),
            expires: now + ttl,
        })
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("times", &self.shared.times)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
