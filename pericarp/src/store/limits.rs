use super::AppendError;
use crate::Commit;

/// How large a commit may be. A larger one is refused before anything is written.
///
/// ```
/// use pericarp::store::Limits;
///
/// let limits = Limits { max_events_per_commit: 10, ..Limits::DEFAULT };
/// assert_eq!(limits.max_bytes_per_commit, 64 << 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events, 1000 unless told otherwise: a larger transaction makes every other writer wait.
    pub max_events_per_commit: usize,
    /// Bytes of payload and metadata together, 64 MiB unless told otherwise.
    pub max_bytes_per_commit: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    /// The limits of a store that is not told otherwise.
    pub const DEFAULT: Self = Self {
        max_events_per_commit: 1_000,
        max_bytes_per_commit: 64 << 20,
    };

    /// Refuses a commit over the limits.
    ///
    /// # Errors
    /// [`AppendError::TooManyEvents`] or [`AppendError::TooLarge`].
    pub fn check(&self, commit: &Commit) -> Result<(), AppendError> {
        let (count, bytes) = (commit.len(), commit.bytes());
        if count > self.max_events_per_commit {
            return Err(AppendError::TooManyEvents {
                count,
                limit: self.max_events_per_commit,
            });
        }
        if bytes > self.max_bytes_per_commit {
            return Err(AppendError::TooLarge {
                bytes,
                limit: self.max_bytes_per_commit,
            });
        }
        Ok(())
    }
}
