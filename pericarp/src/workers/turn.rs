use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use super::job::Job;
use super::key::Key;
use super::shared::Shared;
use super::within::Lane;
use crate::unwound::{quietly, unwound};

/// A job that is at work. As long as it is, no other of its key is.
pub(super) struct Turn {
    shared: Arc<Shared>,
    key: Key,
    /// None once it has ended.
    job: Option<Job>,
}

impl Turn {
    pub(super) const fn new(shared: Arc<Shared>, key: Key, job: Job) -> Self {
        let job = Some(job);
        Self { shared, key, job }
    }

    /// Runs it to its end. If this is given up before, the job goes on where a worker is free.
    pub(super) async fn run(mut self) {
        let lane = Lane::new(&self.shared, self.key);
        if let Some(job) = &mut self.job
            // Its ticket knows of a panic; what is left is one of what it drops at its end.
            && let Err(panic) = unwound(pin!(Some(poll_fn(|context| {
                lane.within(|| job.as_mut().poll(context))
            }))))
            .await
        {
            quietly(|| drop(panic));
        }
        let ended = self.job.take();
        quietly(|| drop(ended));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        let (left, next) = match self.job.take() {
            None => (None, state.lanes.end(self.key)),
            Some(job) => state.lanes.put_back(self.key, job),
        };
        self.shared.go_on(state, next);
        // Not while it is locked: what a job drops may come back here.
        drop(left);
    }
}
