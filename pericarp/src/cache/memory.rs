use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Lifecycle, UnitWeighter};

use super::counts::Counts;
use super::entry::Entry;

/// The first level: so many answers, those that are asked for seldom first to go.
pub(super) struct Memory {
    entries: Cache<Box<str>, Arc<Entry>, UnitWeighter, DefaultHashBuilder, CountEvictions>,
}

#[derive(Clone)]
struct CountEvictions(Arc<Counts>);

impl Lifecycle<Box<str>, Arc<Entry>> for CountEvictions {
    /// What is evicted is dropped once nothing is locked.
    type RequestState =
        <DefaultLifecycle<Box<str>, Arc<Entry>> as Lifecycle<Box<str>, Arc<Entry>>>::RequestState;

    fn on_evict(&self, state: &mut Self::RequestState, key: Box<str>, entry: Arc<Entry>) {
        self.0.evictions.one_more();
        DefaultLifecycle::default().on_evict(state, key, entry);
    }
}

impl Memory {
    pub(super) fn new(capacity: usize, counts: Arc<Counts>) -> Self {
        let entries = Cache::with(
            capacity,
            capacity as u64,
            UnitWeighter,
            DefaultHashBuilder::default(),
            CountEvictions(counts),
        );
        Self { entries }
    }

    #[inline]
    pub(super) fn get(&self, key: &str) -> Option<Arc<Entry>> {
        self.entries.get(key)
    }

    pub(super) fn put(&self, key: &str, entry: Arc<Entry>) {
        self.entries.insert(key.into(), entry);
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
