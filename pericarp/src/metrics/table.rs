use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Series by the values of their labels: as many as it has room for, and never one fewer.
///
/// What is there is found without a lock. A slot is filled once, by whoever holds the lock, so no two
/// hold the same series.
pub(super) struct Table<M> {
    hasher: RandomState,
    /// Twice as many as there may be series, so that a search soon comes to an empty one.
    slots: Box<[OnceLock<Series<M>>]>,
    filled: Mutex<usize>,
    most: usize,
}

pub(super) struct Series<M> {
    pub(super) values: Box<[Box<str>]>,
    pub(super) metric: M,
}

impl<M> Table<M> {
    pub(super) fn new(most: usize) -> Self {
        let slots = (most.max(1) * 2).next_power_of_two();
        Self {
            hasher: RandomState::new(),
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
            filled: Mutex::new(0),
            most,
        }
    }

    pub(super) fn get(&self, values: &[&str]) -> Option<&M> {
        self.search(values).ok()
    }

    /// The series of these values, made if there is none and room for one.
    pub(super) fn get_or_insert(&self, values: &[&str], make: impl FnOnce() -> M) -> Option<&M> {
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        match self.search(values) {
            Ok(metric) => Some(metric),
            Err(Some(slot)) if *filled < self.most => {
                *filled += 1;
                let series = || Series {
                    values: values.iter().map(|&value| value.into()).collect(),
                    metric: make(),
                };
                Some(&slot.get_or_init(series).metric)
            }
            Err(_) => None,
        }
    }

    pub(super) fn series(&self) -> impl Iterator<Item = &Series<M>> {
        self.slots.iter().filter_map(OnceLock::get)
    }

    /// The series, or the slot where it would be.
    fn search(&self, values: &[&str]) -> Result<&M, Option<&OnceLock<Series<M>>>> {
        let start = self.hasher.hash_one(values) as usize;
        for step in 0..self.slots.len() {
            let slot = &self.slots[(start.wrapping_add(step)) & (self.slots.len() - 1)];
            let Some(series) = slot.get() else {
                return Err(Some(slot));
            };
            if series
                .values
                .iter()
                .map(|value| &**value)
                .eq(values.iter().copied())
            {
                return Ok(&series.metric);
            }
        }
        Err(None)
    }
}
