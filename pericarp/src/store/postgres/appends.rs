use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::places::{Places, Refused};
use crate::store::{AppendError, WhenFull};
use crate::{Commit, Committed};

pub(super) type Outcome = Result<Committed, AppendError>;

/// A commit on its way to the writer.
pub(super) struct Appending {
    pub(super) commit: Commit,
    pub(super) answer: oneshot::Sender<Outcome>,
}

/// The bounded queue from those who append to the writer.
pub(super) fn queue(capacity: usize) -> (Queue, Appends) {
    let shared = Arc::new(Shared {
        places: Places::new(capacity),
        state: Mutex::default(),
    });
    (Queue(shared.clone()), Appends(shared))
}

/// Its end for those who append.
pub(super) struct Queue(Arc<Shared>);

/// Its end for the writer; without it, nothing is taken any more.
pub(super) struct Appends(Arc<Shared>);

pub(super) struct Shared {
    places: Places,
    state: Mutex<State>,
}

/// A channel would not do: it tells those who send that it took what nobody receives any more, if the
/// receiver goes meanwhile.
#[derive(Default)]
struct State {
    items: VecDeque<Appending>,
    is_closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    pub(super) async fn push(&self, appending: Appending, full: WhenFull) -> Result<(), Refused> {
        full.take(&self.0.places).await?;
        let mut state = self.0.lock();
        if state.is_closed {
            return Err(Refused::Closed);
        }
        state.items.push_back(appending);
        Ok(())
    }

    /// Refuses what comes from now on, and those who wait for a place.
    pub(super) fn close(&self) {
        self.0.places.close();
    }

    /// How many wait for the writer.
    pub(super) fn len(&self) -> usize {
        self.0.lock().items.len()
    }

    /// The same, as long as there is a queue.
    pub(super) fn watched(&self) -> impl Fn() -> usize + Send + use<> {
        let shared = Arc::downgrade(&self.0);
        move || {
            shared
                .upgrade()
                .map_or(0, |shared| shared.lock().items.len())
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.places.is_closed()
    }
}

impl Appends {
    /// Takes what is there, until there are `most` in all.
    pub(super) fn take(&mut self, batch: &mut Vec<Appending>, most: usize) {
        let mut state = self.0.lock();
        let count = state.items.len().min(most.saturating_sub(batch.len()));
        batch.extend(state.items.drain(..count));
        drop(state);
        self.0.places.free(count);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().items.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.lock().items.len()
    }

    /// Refuses what comes from now on; what came before can still be taken.
    pub(super) fn close(&mut self) {
        self.0.places.close();
        self.0.lock().is_closed = true;
    }
}

impl Drop for Appends {
    fn drop(&mut self) {
        self.close();
        let left = std::mem::take(&mut self.0.lock().items);
        // Outside of the lock: their owners are told, and may come back at once.
        drop(left);
    }
}
