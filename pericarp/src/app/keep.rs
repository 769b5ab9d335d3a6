use std::sync::Arc;

use super::core::Core;
use crate::fold::Baseline;
use crate::store::{NewSnapshot, Store};
use crate::unwound::quietly;
use crate::{Aggregate, Committed, Root, Snapshots, StreamName, Version};

impl<S: Store> Core<S> {
    /// Keeps an aggregate that a command is done with, for the next: in memory, and as a snapshot
    /// in the store, if one is due.
    ///
    /// What the command emitted is stored: no panic of a state that makes room may say otherwise.
    pub(super) fn keep<A: Aggregate>(&self, stream: &StreamName, root: Root<A>) {
        quietly(|| self.keep_both(stream, root));
    }

    fn keep_both<A: Aggregate>(&self, stream: &StreamName, root: Root<A>) {
        let due = due(&root);
        if due.is_none() && !self.baselines().keeps::<A>() {
            return;
        }
        let mut baseline = Root::into_baseline(root);
        if due.is_some() {
            baseline.snapshot = baseline.version;
        }
        let baseline = Arc::new(baseline);
        if let Some(snapshots) = due {
            let (of, version) = (snapshots.fingerprint(), baseline.version);
            let kept = baseline.clone();
            let write = move || snapshots.write(&kept.state, kept.skipped);
            let snapshot = NewSnapshot::new(stream.clone(), version, of, write);
            self.store().keep_snapshot(snapshot);
        }
        self.baselines().put(stream, baseline);
    }

    /// Keeps a copy of an aggregate that was loaded, in memory alone.
    pub(super) fn remember<A: Aggregate>(&self, stream: &StreamName, root: &Root<A>) {
        if let Some(copy) = A::CACHED
            && self.baselines().keeps::<A>()
        {
            let baseline = Baseline {
                state: copy(root),
                version: Root::version(root),
                skipped: Root::skipped(root),
                snapshot: Root::snapshot(root),
            };
            self.baselines().put(stream, Arc::new(baseline));
        }
    }

    /// An aggregate as it is kept in memory, which need not be the newest.
    pub(super) fn remembered<A: Aggregate>(
        &self,
        id: &A::Id,
        stream: &StreamName,
    ) -> Option<Root<A>> {
        let baseline = self.baselines().get(stream)?;
        Some(Root::from_baseline(id.clone(), baseline))
    }
}

/// How to take a snapshot of an aggregate, if one is due.
pub(super) fn due<A: Aggregate>(root: &Root<A>) -> Option<Snapshots<A>> {
    A::SNAPSHOTS.filter(|snapshots| Root::behind_snapshot(root) >= snapshots.every().max(1).into())
}

/// A snapshot of an aggregate that stays with its owner, if one is due: it is written at once.
pub(super) fn snapshot_of<A: Aggregate>(
    root: &mut Root<A>,
    stream: StreamName,
) -> Option<NewSnapshot> {
    let snapshots = due(root)?;
    let (version, of) = (Root::version(root), snapshots.fingerprint());
    let written = snapshots.write(root, Root::skipped(root));
    Root::set_snapshot(root, version);
    Some(NewSnapshot::new(stream, version, of, move || written))
}

/// Whether a commit's events are the last of what a root was folded from: those of a commit that
/// was there before need not be.
pub(super) fn is_as_of(committed: &Committed, stream: &StreamName, version: Version) -> bool {
    let turns = committed.streams.iter();
    turns
        .rev()
        .find(|turn| turn.stream == *stream)
        .is_some_and(|turn| turn.last == version)
}
