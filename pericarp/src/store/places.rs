use tokio::sync::{Notify, Semaphore, TryAcquireError};

use super::{AppendError, WhenFull};

/// The places of a bounded queue.
///
/// A place that becomes free is nobody's until somebody who is polled takes it. A semaphore would give
/// it to whoever waits longest; if his future is not polled, because the one who owns it awaits an append
/// himself, all others would wait for ever.
pub(crate) struct Places {
    free: Semaphore,
    freed: Notify,
    capacity: usize,
}

pub(crate) enum Refused {
    Full,
    Closed,
}

impl Refused {
    pub(crate) const fn append_error(self, capacity: usize) -> AppendError {
        match self {
            Self::Full => AppendError::QueueFull { capacity },
            Self::Closed => AppendError::Closed,
        }
    }
}

impl Places {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            free: Semaphore::new(capacity),
            freed: Notify::new(),
            capacity,
        }
    }

    #[cfg(feature = "sqlite")]
    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Takes a place. Giving up while waiting for one leaves no trace.
    pub(crate) async fn take(&self, when_full: WhenFull) -> Result<(), Refused> {
        loop {
            let freed = self.freed.notified();
            match (self.free.try_acquire(), when_full) {
                (Ok(place), _) => {
                    // Given back by whoever takes what is put there.
                    place.forget();
                    return Ok(());
                }
                (Err(TryAcquireError::Closed), _) => return Err(Refused::Closed),
                (Err(TryAcquireError::NoPermits), WhenFull::Reject) => return Err(Refused::Full),
                (Err(TryAcquireError::NoPermits), WhenFull::Wait) => freed.await,
            }
        }
    }

    /// How many are taken.
    #[cfg(feature = "postgres")]
    pub(crate) fn taken(&self) -> usize {
        self.capacity - self.free.available_permits()
    }

    /// Gives places back.
    pub(crate) fn free(&self, places: usize) {
        if places > 0 {
            self.free.add_permits(places);
            self.freed.notify_waiters();
        }
    }

    /// There are no more places, for those who wait either.
    pub(crate) fn close(&self) {
        self.free.close();
        self.freed.notify_waiters();
    }

    #[cfg(any(feature = "postgres", feature = "sqlite-sqlx"))]
    pub(crate) fn is_closed(&self) -> bool {
        self.free.is_closed()
    }
}
