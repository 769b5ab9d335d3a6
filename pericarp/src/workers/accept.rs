use std::sync::Arc;

use super::RunError;
use super::job::Job;
use super::key::Key;
use super::lanes::Waiting;
use super::shared::Shared;
use crate::places::Refused;

impl Shared {
    /// Takes a job that has a place.
    pub(super) fn accept(self: &Arc<Self>, key: Key, job: Job) -> Result<(), RunError> {
        let mut state = self.state();
        if state.closed {
            return Err(RunError::Closed);
        }
        let next = state.lanes.push(
            key,
            Waiting {
                job,
                has_place: true,
                caller: None,
            },
        );
        self.counts.accepted.one_more();
        self.go_on(state, next);
        Ok(())
    }

    pub(super) const fn refusal(&self, refused: Refused) -> RunError {
        match refused {
            Refused::Full => RunError::Full {
                capacity: self.places.capacity(),
            },
            Refused::Closed => RunError::Closed,
        }
    }
}
