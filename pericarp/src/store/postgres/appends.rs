use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

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
    let places = Arc::new(Places::new(capacity));
    let (sender, receiver) = mpsc::unbounded_channel();
    let queue = Queue {
        places: places.clone(),
        sender,
    };
    (queue, Appends { places, receiver })
}

/// Its end for those who append.
pub(super) struct Queue {
    places: Arc<Places>,
    sender: mpsc::UnboundedSender<Appending>,
}

/// Its end for the writer; without it, nothing is taken any more.
pub(super) struct Appends {
    places: Arc<Places>,
    receiver: mpsc::UnboundedReceiver<Appending>,
}

impl Queue {
    pub(super) async fn push(&self, appending: Appending, full: WhenFull) -> Result<(), Refused> {
        full.take(&self.places).await?;
        self.sender.send(appending).map_err(|_| Refused::Closed)
    }

    /// Refuses what comes from now on, and those who wait for a place.
    pub(super) fn close(&self) {
        self.places.close();
    }

    /// How many wait for the writer.
    pub(super) fn len(&self) -> usize {
        self.places.taken()
    }

    /// The same, as long as there is a queue.
    pub(super) fn watched(&self) -> impl Fn() -> usize + Send + use<> {
        let places = Arc::downgrade(&self.places);
        move || places.upgrade().map_or(0, |places| places.taken())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.places.is_closed()
    }
}

impl Appends {
    /// Takes what is there, until there are `most` in all.
    pub(super) fn take(&mut self, batch: &mut Vec<Appending>, most: usize) {
        let before = batch.len();
        while batch.len() < most
            && let Ok(appending) = self.receiver.try_recv()
        {
            batch.push(appending);
        }
        self.places.free(batch.len() - before);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.receiver.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.receiver.len()
    }

    /// Refuses what comes from now on; what came before can still be taken.
    pub(super) fn close(&mut self) {
        self.places.close();
        self.receiver.close();
    }
}

impl Drop for Appends {
    fn drop(&mut self) {
        self.close();
    }
}
