use crate::store::{AppendError, ReadError};
use crate::{CommitError, InvalidName, ReplayError, StreamName};

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

/// Why a command was not executed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError<E> {
    /// The aggregate refused it. Nothing was stored.
    #[error(transparent)]
    Refused(E),
    /// There is no such aggregate. Nothing was stored.
    #[error("{stream} does not exist; create it first")]
    NotFound {
        /// Its stream.
        stream: StreamName,
    },
    /// There is such an aggregate already. Nothing was stored.
    #[error("{stream} exists already")]
    AlreadyExists {
        /// Its stream.
        stream: StreamName,
    },
    /// The aggregate could not be loaded. Nothing was stored.
    #[error(transparent)]
    Load(LoadError),
    /// The events could not be saved: after a last conflict, nothing was stored.
    #[error(transparent)]
    Save(SaveError),
}

impl<E> ExecuteError<E> {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "command.refused",
            Self::NotFound { .. } => "command.not_found",
            Self::AlreadyExists { .. } => "command.already_exists",
            Self::Load(error) => error.code(),
            Self::Save(error) => error.code(),
        }
    }
}

impl<E> From<LoadError> for ExecuteError<E> {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

impl<E> From<SaveError> for ExecuteError<E> {
    fn from(error: SaveError) -> Self {
        Self::Save(error)
    }
}
