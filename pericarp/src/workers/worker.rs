use std::sync::Arc;

use tokio::task::consume_budget;

use super::shared::Shared;

/// Runs one job after another, as long as there is one.
pub(super) struct Worker {
    shared: Arc<Shared>,
    has_gone: bool,
}

impl Worker {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        let has_gone = false;
        Self { shared, has_gone }
    }

    pub(super) async fn work(mut self) {
        while let Some(turn) = self.shared.next() {
            turn.run().await;
            // Jobs that never wait would keep a thread of the runtime for themselves.
            consume_budget().await;
        }
        self.has_gone = true;
    }
}

impl Drop for Worker {
    /// Nobody but a runtime that ends drops a worker who is at work.
    fn drop(&mut self) {
        if !self.has_gone {
            self.shared.abandon();
        }
    }
}
