use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use tokio::sync::Mutex as AsyncMutex;

use super::Retry;
use super::baselines::Baselines;
use crate::{Clock, CommitId, Ids, StreamName, Timestamp};

/// What loads, decides and appends, whatever else an application is made of. Clones share it.
pub(super) struct Core<S> {
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    store: S,
    retry: Retry,
    clock: Box<dyn Clock>,
    ids: Box<dyn Ids>,
    gates: Gates,
    baselines: Baselines,
}

impl<S> Core<S> {
    pub(super) fn new(
        store: S,
        retry: Retry,
        clock: Box<dyn Clock>,
        ids: Box<dyn Ids>,
        baselines: Baselines,
    ) -> Self {
        let gates = Gates::new();
        Self {
            shared: Arc::new(Shared {
                store,
                retry,
                clock,
                ids,
                gates,
                baselines,
            }),
        }
    }

    pub(super) fn store(&self) -> &S {
        &self.shared.store
    }

    pub(super) fn retry(&self) -> &Retry {
        &self.shared.retry
    }

    pub(super) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    pub(super) fn next_commit_id(&self) -> CommitId {
        CommitId::new(self.shared.ids.next())
    }

    pub(super) fn baselines(&self) -> &Baselines {
        &self.shared.baselines
    }

    pub(super) fn gate(&self, stream: &StreamName) -> &AsyncMutex<()> {
        self.shared.gates.of(stream)
    }
}

/// Where commands that conflict on a stream queue up, so that each of them is decided on the
/// state the one before it left. Streams share gates by hash.
struct Gates {
    hasher: RandomState,
    gates: [AsyncMutex<()>; 64],
}

impl Gates {
    fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            gates: std::array::from_fn(|_| AsyncMutex::new(())),
        }
    }

    fn of(&self, stream: &StreamName) -> &AsyncMutex<()> {
        let hash = self.hasher.hash_one(stream) as usize;
        &self.gates[hash % self.gates.len()]
    }
}

impl<S> Clone for Core<S> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}
