use std::sync::Arc;

use tokio::sync::oneshot;

use super::RunError;
use super::job::Job;
use super::key::Key;
use super::lanes::Waiting;
use super::shared::Shared;

impl Shared {
    /// Takes a job that has no place, and comes back once it has run here, or a worker has taken it.
    ///
    /// It has its turn among the jobs of its key like any other, and no worker waits for its caller:
    /// when its turn comes, whoever is first runs it. So a caller who is not polled holds up nobody
    /// before he has begun.
    pub(super) async fn run_inline(self: &Arc<Self>, key: Key, job: Job) -> Result<(), RunError> {
        let (turn, is_next) = oneshot::channel();
        let waits = self.accept_inline(key, job, turn)?;
        // An error says that a worker has taken it.
        let _ = is_next.await;
        let own = self.state().lanes.take_own(key, waits.id);
        if let Some(waiting) = own {
            self.counts.inline.one_more();
            self.turn(key, waiting).run().await;
        }
        Ok(())
    }

    fn accept_inline(
        self: &Arc<Self>,
        key: Key,
        job: Job,
        turn: oneshot::Sender<()>,
    ) -> Result<Waits<'_>, RunError> {
        let mut state = self.state();
        if state.closed {
            return Err(RunError::Closed);
        }
        let caller = state.lanes.caller(turn);
        let waits = Waits {
            shared: self,
            key,
            id: caller.id,
        };
        let next = state.lanes.push(
            key,
            Waiting {
                job,
                has_place: false,
                caller: Some(caller),
            },
        );
        self.counts.accepted.one_more();
        self.go_on(state, next);
        Ok(waits)
    }
}

/// A caller who waits for his turn.
struct Waits<'s> {
    shared: &'s Arc<Shared>,
    key: Key,
    id: u64,
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        let (waiting, next) = state.lanes.give_up(self.key, self.id);
        self.shared.go_on(state, next);
        // Not while it is locked: what a job drops may come back here.
        drop(waiting);
    }
}
