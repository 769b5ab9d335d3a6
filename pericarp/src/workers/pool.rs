use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;

use super::job::job;
use super::shared::Shared;
use super::within::Lane;
use super::{RunError, Stats, Ticket, WhenFull, WorkersBuilder};
use crate::places::Refused;

/// A bounded pool of workers. Clones share it.
///
/// Jobs come with a key. Those of one key run one after another, in the order in which they were
/// accepted; those of different keys run at once, as many as there are workers. What one key does
/// holds up no other: each key has a queue of its own, and workers take turns at the keys that have
/// a job which may begin.
///
/// How many jobs wait is bounded over all keys; what becomes of one more, [`WhenFull`] says. A
/// job that was accepted runs, whoever drops its ticket or the pool: only the end of the runtime
/// takes it away, so [`close`](Self::close) the pool first. A job that panics is the error of its
/// own ticket.
///
/// ```
/// use pericarp::workers::{WhenFull, Workers};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let workers = Workers::builder().workers(4).capacity(256).when_full(WhenFull::Wait).build();
/// let first = workers.run("account-1", async { 1 }).await?;
/// let second = workers.run("account-1", async { 2 }).await?; // begins when the first has ended
/// assert_eq!((first.await?, second.await?), (1, 2));
/// workers.close().await;
/// assert_eq!(workers.stats().completed, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Workers {
    pub(super) shared: Arc<Shared>,
}

impl Workers {
    /// A pool whose size is to be chosen.
    pub const fn builder() -> WorkersBuilder {
        WorkersBuilder::new()
    }

    /// Has a job run after all of its key that were accepted before.
    ///
    /// It comes back once the job is accepted: at once if there is a place, and else as
    /// [`WhenFull`] says. Then the ticket is there to wait for its result. Giving up before leaves
    /// no trace, unless the job has begun [in its caller](WhenFull::RunInline): then it goes on in a
    /// worker.
    ///
    /// Within a job of the pool it does not wait, since the place may only become free once that job
    /// has ended: when the pool is full, it is refused as by [`WhenFull::Reject`]. That is seen where
    /// the job itself calls it, not a task that it has spawned.
    ///
    /// # Errors
    /// [`RunError`] if the pool is closed, or full and set to [`WhenFull::Reject`], or full and called
    /// by one of its own jobs.
    pub async fn run<K, F, T>(&self, key: &K, work: F) -> Result<Ticket<T>, RunError>
    where
        K: Hash + Sync + ?Sized,
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let shared = &self.shared;
        let key = shared.keys.of(key);
        let lane = Lane::new(shared, key);
        let (job, ticket) = job(work, &shared.counts, lane);
        let accepted = match (shared.places.try_take(), shared.when_full) {
            (Ok(()), _) => shared.accept(key, job),
            (Err(Refused::Full), when_full) => {
                shared.counts.saturated.one_more();
                match when_full {
                    _ if lane.is_in_its_pool() => Err(shared.refusal(Refused::Full)),
                    WhenFull::Wait => match shared.places.take().await {
                        Ok(()) => shared.accept(key, job),
                        Err(refused) => Err(shared.refusal(refused)),
                    },
                    WhenFull::RunInline => shared.run_inline(key, job).await,
                    WhenFull::Reject => Err(shared.refusal(Refused::Full)),
                }
            }
            (Err(Refused::Closed), _) => Err(RunError::Closed),
        };
        match accepted {
            Ok(()) => Ok(ticket),
            Err(error) => {
                shared.counts.rejected.one_more();
                Err(error)
            }
        }
    }

    /// What it does, and has done so far.
    pub fn stats(&self) -> Stats {
        let state = self.shared.state();
        let (queued, running) = (state.lanes.queued(), state.lanes.running());
        drop(state);
        let counts = &self.shared.counts;
        Stats {
            queued,
            running,
            accepted: counts.accepted.get(),
            completed: counts.completed.get(),
            panicked: counts.panicked.get(),
            rejected: counts.rejected.get(),
            inline: counts.inline.get(),
            saturated: counts.saturated.get(),
        }
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers")
            .field("workers", &self.shared.workers)
            .field("capacity", &self.shared.places.capacity())
            .field("when_full", &self.shared.when_full)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
