use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use super::generations::{Generations, Seen};

/// An answer in memory. That there is none is one, too.
pub(super) struct Entry {
    pub(super) value: Option<Arc<dyn Any + Send + Sync>>,
    pub(super) seen: Seen,
    /// From then on, one who comes looks for a newer one.
    pub(super) refresh: Instant,
    pub(super) expires: Instant,
}

impl Entry {
    #[inline]
    pub(super) fn is_good(&self, generations: &Generations, now: Instant) -> bool {
        now < self.expires && generations.are_still(&self.seen)
    }

    /// The answer, if it is of this type.
    #[inline]
    pub(super) fn read<T: Send + Sync + 'static>(&self) -> Option<Option<Arc<T>>> {
        match &self.value {
            None => Some(None),
            Some(value) => value.clone().downcast().ok().map(Some),
        }
    }
}
