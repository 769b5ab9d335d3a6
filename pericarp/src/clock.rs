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
#[diagnostic::on_unimplemented(
    message = "use `SystemClock`, or implement `Clock` for `{Self}`",
    note = "a clock of your own tells the time that a test wants"
)]
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
#[diagnostic::on_unimplemented(
    message = "use `RandomIds`, or implement `Ids` for `{Self}`",
    note = "ids of your own are those that a test wants, and are never given twice"
)]
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
