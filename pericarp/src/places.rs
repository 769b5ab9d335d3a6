use tokio::sync::{Notify, Semaphore, TryAcquireError};

/// The places of a bounded queue.
///
/// A place that becomes free is nobody's until somebody who is polled takes it. A semaphore would give
/// it to whoever waits longest; if his future is not polled, because the one who owns it awaits
/// something else, all others would wait for ever.
pub(crate) struct Places {
    free: Semaphore,
    freed: Notify,
    #[cfg(any(feature = "sqlite", feature = "workers"))]
    capacity: usize,
}

pub(crate) enum Refused {
    Full,
    Closed,
}

impl Places {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            free: Semaphore::new(capacity),
            freed: Notify::new(),
            #[cfg(any(feature = "sqlite", feature = "workers"))]
            capacity,
        }
    }

    #[cfg(any(feature = "sqlite", feature = "workers"))]
    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Takes a place, if there is one.
    pub(crate) fn try_take(&self) -> Result<(), Refused> {
        match self.free.try_acquire() {
            Ok(place) => {
                // Given back by whoever takes what is put there.
                place.forget();
                Ok(())
            }
            Err(TryAcquireError::NoPermits) => Err(Refused::Full),
            Err(TryAcquireError::Closed) => Err(Refused::Closed),
        }
    }

    /// Waits for a place, and takes it. Giving up meanwhile leaves no trace.
    pub(crate) async fn take(&self) -> Result<(), Refused> {
        loop {
            let freed = self.freed.notified();
            match self.try_take() {
                Err(Refused::Full) => freed.await,
                taken => return taken,
            }
        }
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
