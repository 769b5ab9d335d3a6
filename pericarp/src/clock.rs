use std::time::{Instant, SystemTime};

use uuid::Uuid;

use crate::Timestamp;

/// Where the time comes from. Injected, so that tests decide what time it is.
///
/// ```
/// use pericarp::{Clock, SystemClock};
///
/// assert!(SystemClock.now() > pericarp::Timestamp::EPOCH);
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// What durations are measured with, since the time may be set back: an instant that never is
    /// before an earlier one.
    fn instant(&self) -> Instant {
        Instant::now()
    }
}

/// Where new ids come from. Injected, so that tests can foretell them.
///
/// ```
/// use pericarp::{Ids, RandomIds};
///
/// assert_ne!(RandomIds.next(), RandomIds.next());
/// ```
pub trait Ids: Send + Sync + 'static {
    /// An id that was never given before.
    fn next(&self) -> Uuid;
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

/// Version 7 UUIDs: ordered by time, so that new ids land at the end of an index.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}
