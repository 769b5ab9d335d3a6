use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Key;

/// How many generations there are, which tags share by hash. Two tags that share one go stale
/// together, which costs a load and does no harm.
const SLOTS: usize = 8_192;

/// How often each tag was invalidated. Who loads notes the generations before, and what he loads
/// counts as long as they are the same: an invalidation in between makes it stale before it is there.
pub(super) struct Generations {
    hasher: RandomState,
    slots: Box<[AtomicU64]>,
    /// Of everything.
    all: AtomicU64,
}

/// The generations of a key and its tags at some time.
pub(super) struct Seen {
    all: u64,
    slots: Box<[(u32, u64)]>,
}

impl Generations {
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            all: AtomicU64::new(0),
        }
    }

    pub(super) fn see(&self, key: &Key) -> Seen {
        let tags = key.tags().iter().map(String::as_str);
        let slots = [key.as_str()].into_iter().chain(tags).map(|tag| {
            let slot = self.slot(tag);
            (slot as u32, self.slots[slot].load(Ordering::SeqCst))
        });
        Seen {
            all: self.all.load(Ordering::SeqCst),
            slots: slots.collect(),
        }
    }

    #[inline]
    pub(super) fn are_still(&self, seen: &Seen) -> bool {
        let same = |&(slot, generation): &(u32, u64)| {
            self.slots[slot as usize].load(Ordering::SeqCst) == generation
        };
        self.all.load(Ordering::SeqCst) == seen.all && seen.slots.iter().all(same)
    }

    pub(super) fn advance(&self, tag: &str) {
        self.slots[self.slot(tag)].fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn advance_all(&self) {
        self.all.fetch_add(1, Ordering::SeqCst);
    }

    /// A number below 1 that each key has for itself, so that keys do not expire all at once.
    pub(super) fn share_of(&self, key: &Key) -> f64 {
        f64::from(self.hasher.hash_one((1_u8, key.as_str())) as u32) / f64::from(u32::MAX)
    }

    fn slot(&self, tag: &str) -> usize {
        self.hasher.hash_one(tag) as usize % self.slots.len()
    }
}
