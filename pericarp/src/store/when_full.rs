#[cfg(any(feature = "sqlite", feature = "postgres"))]
use super::AppendError;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::places::{Places, Refused};

/// What a caller does when the queue of a store is full.
///
/// ```
/// use pericarp::store::WhenFull;
///
/// assert_eq!(WhenFull::default(), WhenFull::Wait);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// It waits for a place.
    #[default]
    Wait,
    /// It gets an error at once.
    Reject,
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl WhenFull {
    /// Takes a place, and waits for one where this says so.
    pub(crate) async fn take(self, places: &Places) -> Result<(), Refused> {
        match self {
            Self::Wait => places.take().await,
            Self::Reject => places.try_take(),
        }
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl Refused {
    pub(crate) const fn append_error(self, capacity: usize) -> AppendError {
        match self {
            Self::Full => AppendError::QueueFull { capacity },
            Self::Closed => AppendError::Closed,
        }
    }
}
