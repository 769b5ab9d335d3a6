use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::fold::Baseline;
use crate::{Aggregate, StreamName, Version};

/// Aggregates that are `cached`, as they were when something was last done with them.
///
/// Each is a state to go on from, and never taken for the newest: what is decided on it counts if
/// the store takes it, with the check for a conflict that any append has.
pub(super) struct Baselines {
    cache: Option<Cache<Key, Entry>>,
}

/// Two aggregates may be folded from one stream.
type Key = (TypeId, StreamName);
type Entry = Arc<dyn Any + Send + Sync>;

impl Baselines {
    /// Keeps so many; none, if that is 0.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            cache: (capacity > 0).then(|| Cache::new(capacity)),
        }
    }

    /// A copy of what is kept of a stream.
    pub(super) fn get<A: Aggregate>(&self, stream: &StreamName) -> Option<Baseline<A>> {
        let (copy, cache) = (A::CACHED?, self.cache.as_ref()?);
        let entry = cache.get(&key::<A>(stream))?;
        let kept: &Baseline<A> = entry.downcast_ref()?;
        Some(Baseline {
            state: copy(&kept.state),
            ..*kept
        })
    }

    /// Whether [`Baselines::put`] would keep something.
    pub(super) fn keeps<A: Aggregate>(&self) -> bool {
        A::CACHED.is_some() && self.cache.is_some()
    }

    /// Keeps a state from now on, unless a later one is there.
    pub(super) fn put<A: Aggregate>(&self, stream: &StreamName, baseline: Arc<Baseline<A>>) {
        if let Some(cache) = &self.cache
            && A::CACHED.is_some()
            && self.version::<A>(stream) < baseline.version
        {
            cache.insert(key::<A>(stream), baseline);
        }
    }

    /// Forgets a stream that turned out to be shorter than what is kept of it.
    pub(super) fn forget<A: Aggregate>(&self, stream: &StreamName) {
        if let Some(cache) = &self.cache {
            cache.remove(&key::<A>(stream));
        }
    }

    fn version<A: Aggregate>(&self, stream: &StreamName) -> Version {
        let entry = self
            .cache
            .as_ref()
            .and_then(|cache| cache.peek(&key::<A>(stream)));
        let kept = entry
            .as_deref()
            .and_then(|entry| entry.downcast_ref::<Baseline<A>>());
        kept.map_or(Version::NONE, |kept| kept.version)
    }
}

fn key<A: Aggregate>(stream: &StreamName) -> Key {
    (TypeId::of::<A>(), stream.clone())
}

impl fmt::Debug for Baselines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.cache.as_ref().map_or(0, Cache::len);
        f.debug_struct("Baselines").field("kept", &kept).finish()
    }
}
