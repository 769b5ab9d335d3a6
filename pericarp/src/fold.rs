use crate::{Aggregate, RecordedEvent, ReplayError, Root, Skipped, Version, replay};

/// A stream on its way to become an aggregate.
pub(crate) struct Fold<A> {
    state: Option<A>,
    version: Version,
    skipped: Skipped,
    /// The version of the snapshot that it goes on from.
    snapshot: Version,
}

/// A state, and which events are folded into it.
#[cfg(feature = "store")]
pub(crate) struct Baseline<A> {
    pub(crate) state: A,
    pub(crate) version: Version,
    pub(crate) skipped: Skipped,
    /// The version of the snapshot that it comes from.
    pub(crate) snapshot: Version,
}

impl<A> Default for Fold<A> {
    fn default() -> Self {
        Self {
            state: None,
            version: Version::NONE,
            skipped: Skipped::default(),
            snapshot: Version::NONE,
        }
    }
}

impl<A: Aggregate> Fold<A> {
    /// Goes on from a state that was folded before.
    #[cfg(feature = "store")]
    pub(crate) fn from_baseline(baseline: Baseline<A>) -> Self {
        Self {
            state: Some(baseline.state),
            version: baseline.version,
            skipped: baseline.skipped,
            snapshot: baseline.snapshot,
        }
    }

    /// Takes the next event of the stream.
    #[inline]
    pub(crate) fn replay(&mut self, record: &RecordedEvent<'_>) -> Result<(), ReplayError> {
        self.version = record.version;
        if let Some(reason) = replay(&mut self.state, record)? {
            self.skipped.count(reason);
        }
        Ok(())
    }

    /// The version of the last event that was taken.
    #[cfg(feature = "store")]
    pub(crate) const fn version(&self) -> Version {
        self.version
    }

    /// The aggregate; `None` if there was no event.
    pub(crate) fn into_root(self, id: &A::Id) -> Result<Option<Root<A>>, ReplayError> {
        if self.version == Version::NONE {
            return Ok(None);
        }
        match self.state.or_else(A::initial) {
            Some(state) => {
                let mut root = Root::new(id.clone(), state, self.version);
                Root::set_skipped(&mut root, self.skipped);
                Root::set_snapshot(&mut root, self.snapshot);
                Ok(Some(root))
            }
            None => Err(ReplayError::NothingLeft {
                category: A::CATEGORY,
                id: id.to_string(),
                version: self.version,
            }),
        }
    }
}
