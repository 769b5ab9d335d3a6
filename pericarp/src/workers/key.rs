use std::hash::{BuildHasher, Hash, RandomState};

/// What tells keys of any type apart: 128 bits of two hashes, secret to the pool. Two keys that
/// were taken for one, which nobody will see, would run one after the other, and that is all.
pub(super) type Key = [u64; 2];

pub(super) struct Keys([RandomState; 2]);

impl Keys {
    pub(super) fn new() -> Self {
        Self([RandomState::new(), RandomState::new()])
    }

    pub(super) fn of(&self, key: &(impl Hash + ?Sized)) -> Key {
        [self.0[0].hash_one(key), self.0[1].hash_one(key)]
    }
}
