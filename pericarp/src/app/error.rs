use crate::store::{AppendError, ReadError};
use crate::{CommitError, InvalidName, ReplayError};

/// Why an aggregate could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Its id cannot be the key of a stream.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event could not be decoded, or did not fit.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

impl LoadError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name(_) => "name.invalid",
            Self::Read(error) => error.code(),
            Self::Replay(error) => error.code(),
        }
    }
}

/// Why emitted events could not be saved. The roots keep them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// An event cannot go into a commit.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The store did not take the commit.
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl SaveError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Commit(error) => error.code(),
            Self::Append(error) => error.code(),
        }
    }
}
