//! The laws, on the log in memory.

use pericarp::store::{
    Batch, BulkAppended, BulkError, BulkStore, Limits, MemoryStore, OpenError, Positions,
};
use pericarp::testing::conformance::{Capabilities, Subject};
use pericarp::{SystemClock, testing};

struct OnMemory;

impl Subject for OnMemory {
    type Store = MemoryStore;
    type Log = MemoryStore;

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            bulk: true,
            snapshots: true,
            ..Capabilities::NONE
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            max_bytes_per_commit: 8 << 20,
            ..Limits::default()
        }
    }

    async fn empty_log(&self) -> MemoryStore {
        MemoryStore::with(self.limits(), SystemClock)
    }

    async fn open(&self, log: &MemoryStore) -> Result<MemoryStore, OpenError> {
        Ok(log.clone())
    }

    async fn append_recorded(
        &self,
        store: &MemoryStore,
        batch: Batch,
        positions: Positions,
    ) -> Option<Result<BulkAppended, BulkError>> {
        Some(store.append_recorded(batch, positions).await)
    }
}

testing::conformance_suite!(OnMemory);

mod on_one_thread {
    pericarp::testing::conformance_suite!(super::OnMemory, flavor = "current_thread");
}
