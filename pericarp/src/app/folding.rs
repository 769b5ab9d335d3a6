use std::ops::ControlFlow;

use crate::fold::{Baseline, Fold};
use crate::store::{Snapshot, Visit};
use crate::unwound::caught;
use crate::{
    Aggregate, DecodeEvent, RecordedEvent, ReplayError, Root, Snapshots, StreamName, Version,
};

/// Folds the events of one stream, up to the first that cannot be folded.
pub(super) struct Folding<A> {
    fold: Fold<A>,
    error: Option<ReplayError>,
    /// The stream whose snapshot it may go on from.
    snapshot_of: Option<StreamName>,
    refused: Option<Refused>,
}

/// A snapshot that could not be gone on from.
#[cfg_attr(
    not(feature = "tracing"),
    expect(dead_code, reason = "only a log tells of it")
)]
pub(super) struct Refused {
    pub(super) version: Version,
    pub(super) why: &'static str,
}

impl<A> Default for Folding<A> {
    fn default() -> Self {
        Self {
            fold: Fold::default(),
            error: None,
            snapshot_of: None,
            refused: None,
        }
    }
}

impl<A: Aggregate> Folding<A> {
    /// Folds a stream from its snapshot on, if it has one.
    pub(super) fn from_snapshot(stream: &StreamName) -> Self {
        Self {
            snapshot_of: A::SNAPSHOTS.map(|_| stream.clone()),
            ..Self::default()
        }
    }

    /// Folds what is behind a state.
    pub(super) fn from_baseline(baseline: Baseline<A>) -> Self {
        Self {
            fold: Fold::from_baseline(baseline),
            ..Self::default()
        }
    }

    /// The version of the last event that was folded.
    pub(super) const fn version(&self) -> Version {
        self.fold.version()
    }

    /// The snapshot that it was shown in vain.
    pub(super) const fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }

    pub(super) fn into_root(self, id: &A::Id) -> Result<Option<Root<A>>, ReplayError> {
        match self.error {
            Some(error) => Err(error),
            None => self.fold.into_root(id),
        }
    }
}

impl<A: Aggregate> Visit for Folding<A> {
    const LOOKS_AT_RECORD: bool = <A::Event<'static> as DecodeEvent<'static>>::KEEPS;

    fn wants_snapshot(&self) -> bool {
        self.snapshot_of.is_some() && self.fold.version() == Version::NONE
    }

    fn restore(&mut self, snapshot: &Snapshot<'_>) -> bool {
        let (Some(snapshots), Some(stream)) = (A::SNAPSHOTS, self.snapshot_of.take()) else {
            return false;
        };
        match restored(&snapshots, &stream, snapshot) {
            Ok(baseline) => {
                self.fold = Fold::from_baseline(baseline);
                true
            }
            Err(why) => {
                let version = snapshot.version;
                self.refused = Some(Refused { version, why });
                false
            }
        }
    }

    #[inline]
    fn visit(&mut self, event: &RecordedEvent<'_>) -> ControlFlow<()> {
        if self.error.is_none() {
            self.error = self.fold.replay(event).err();
        }
        if self.error.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

fn restored<A: Aggregate>(
    snapshots: &Snapshots<A>,
    stream: &StreamName,
    snapshot: &Snapshot<'_>,
) -> Result<Baseline<A>, &'static str> {
    // A checksum that is right over a fingerprint that is not says that it is whole, and another's.
    if !snapshot.is_intact(stream) {
        return Err("its checksum is wrong");
    }
    if snapshot.fingerprint != snapshots.fingerprint() {
        return Err("it is of another shape");
    }
    // Folding all events is a way out of whatever is wrong with reading one, a panic as well.
    let read = caught(|| snapshots.read(snapshot.data)).and_then(Result::ok);
    let (state, skipped) = read.ok_or("its state cannot be read")?;
    Ok(Baseline {
        state,
        version: snapshot.version,
        skipped,
        snapshot: snapshot.version,
    })
}
