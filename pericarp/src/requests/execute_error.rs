use std::error::Error;

use super::{Failure, Stopped};
#[cfg(feature = "store")]
use crate::store::{AppendError, ReadError};
use crate::{CommitId, StreamName};
#[cfg(feature = "store")]
use crate::{LoadError, SaveError};

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
    /// Its idempotency key was used for a command that stored something else. Nothing was stored.
    #[error("commit {id} is another command's; use a new idempotency key for a new command")]
    KeyReused {
        /// The id of the commit, which stands for the key.
        id: CommitId,
    },
    /// A middleware ended it.
    #[error(transparent)]
    Stopped(Stopped),
    /// The aggregate could not be loaded. Nothing was stored.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Load(LoadError),
    /// The events could not be saved: after a last conflict, nothing was stored.
    #[cfg(feature = "store")]
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
            Self::KeyReused { .. } => "command.key_reused",
            Self::Stopped(stopped) => stopped.code(),
            #[cfg(feature = "store")]
            Self::Load(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Save(error) => error.code(),
        }
    }
}

#[cfg(feature = "store")]
impl<E> From<LoadError> for ExecuteError<E> {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

#[cfg(feature = "store")]
impl<E> From<SaveError> for ExecuteError<E> {
    fn from(error: SaveError) -> Self {
        Self::Save(error)
    }
}

impl<E> From<Stopped> for ExecuteError<E> {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl<E: Error + Send + Sync + 'static> Failure for ExecuteError<E> {
    fn code(&self) -> &'static str {
        self.code()
    }

    fn is_transient(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::KeyReused { .. } => false,
            Self::Stopped(stopped) => stopped.is_transient(),
            #[cfg(feature = "store")]
            Self::Load(error) => matches!(error, LoadError::Read(ReadError::Failed { .. })),
            #[cfg(feature = "store")]
            Self::Save(error) => matches!(
                error,
                SaveError::Append(
                    AppendError::Conflict(_)
                        | AppendError::QueueFull { .. }
                        | AppendError::Failed { .. }
                )
            ),
        }
    }

    fn is_refusal(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::KeyReused { .. } => true,
            Self::Stopped(stopped) => stopped.is_refusal(),
            #[cfg(feature = "store")]
            Self::Load(error) => matches!(error, LoadError::Name(_)),
            #[cfg(feature = "store")]
            Self::Save(_) => false,
        }
    }

    fn stopped(&self) -> Option<&Stopped> {
        match self {
            Self::Stopped(stopped) => Some(stopped),
            _ => None,
        }
    }
}
