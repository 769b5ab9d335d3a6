use super::TooMany;
use crate::places::Places;

/// How many requests may be at work at once, and how many may wait until it is their turn.
///
/// Turns are in the order of arrival, of those who are polled: a request that waits in a future that
/// nobody polls holds up nobody. One that is at work there keeps its permit.
///
/// It can be a `static`, so that several requests share it: see [`Limit::shared`](super::Limit::shared).
#[derive(Debug)]
pub struct Permits {
    places: Places,
    waiting: usize,
}

impl Permits {
    /// So many at once, of which 0 counts as 1, and so many who wait.
    pub const fn new(at_once: usize, waiting: usize) -> Self {
        let at_once = if at_once == 0 { 1 } else { at_once };
        Self {
            places: Places::new(at_once),
            waiting,
        }
    }

    /// Waits for a permit. Whoever gives up leaves the queue.
    pub(super) async fn acquire(&self) -> Result<Permit<'_>, TooMany> {
        match self.places.take_among(self.waiting).await {
            Ok(()) => Ok(Permit {
                places: &self.places,
            }),
            // They are never closed.
            Err(_) => Err(TooMany {
                at_once: self.places.capacity(),
                waiting: self.waiting,
            }),
        }
    }
}

/// It may be at work, until this is dropped.
#[derive(Debug)]
pub(super) struct Permit<'p> {
    places: &'p Places,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.places.free(1);
    }
}
