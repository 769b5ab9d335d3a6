use crate::schema::{LockError, ParseLockError};
use crate::{CommitError, DecodeError, InvalidName, ReplayError};

/// Anything that can go wrong: every error of the crate converts into it.
///
/// ```
/// use pericarp::StreamName;
///
/// fn account(number: u64) -> Result<StreamName, pericarp::Error> {
///     Ok(StreamName::new("account", number)?)
/// }
/// # account(7)?;
/// assert_eq!(pericarp::Error::from(StreamName::new("", 7).unwrap_err()).code(), "name.invalid");
/// # Ok::<(), pericarp::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that cannot be stored.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// An event that cannot go into a commit.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A stored event that cannot be read as the type that was asked for.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A stream that cannot be folded.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// Events that are not as their lock file says.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A text that is no lock file.
    #[error(transparent)]
    ParseLock(#[from] ParseLockError),
    /// A metric that cannot be registered.
    #[error(transparent)]
    Metric(#[from] crate::metrics::RegisterError),
    /// A configuration that is none.
    #[cfg(feature = "config")]
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// A store that could not be opened.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Open(#[from] crate::store::OpenError),
    /// A commit that was not, or may not have been, stored.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Append(#[from] crate::store::AppendError),
    /// A log that could not be read.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Read(#[from] crate::store::ReadError),
    /// Recorded events that were not, or may not have been, taken over.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Bulk(#[from] crate::store::BulkError),
    /// A log that could not be exported.
    #[cfg(feature = "transfer")]
    #[error(transparent)]
    Export(#[from] crate::transfer::ExportError),
    /// A log that could not be imported, or not to its end.
    #[cfg(feature = "transfer")]
    #[error(transparent)]
    Import(#[from] crate::transfer::ImportError),
    /// An aggregate that could not be loaded.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Load(#[from] crate::LoadError),
    /// Emitted events that could not be saved.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Save(#[from] crate::SaveError),
    /// A unit of work that did not come to its end.
    #[cfg(feature = "store")]
    #[error(transparent)]
    UnitOfWork(#[from] crate::UnitOfWorkError),
    /// A dispatcher that could not be built.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Subscribe(#[from] crate::dispatcher::SubscribeError),
    /// Handlers that failed on events, which are stored.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Dispatch(#[from] crate::dispatcher::DispatchErrors),
    /// A job that was not accepted.
    #[cfg(feature = "workers")]
    #[error(transparent)]
    Run(#[from] crate::workers::RunError),
    /// A job that came to no result.
    #[cfg(feature = "workers")]
    #[error(transparent)]
    Job(#[from] crate::workers::JobError),
    /// An aggregate refused a command.
    #[error("the command was refused")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A query was not answered.
    #[error("the query was not answered")]
    Unanswered(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A middleware ended a request.
    #[error(transparent)]
    Stopped(#[from] crate::Stopped),
    /// A command was for an aggregate that does not exist.
    #[error("{stream} does not exist; create it first")]
    NotFound {
        /// Its stream.
        stream: crate::StreamName,
    },
    /// A command was to create an aggregate that exists.
    #[error("{stream} exists already")]
    AlreadyExists {
        /// Its stream.
        stream: crate::StreamName,
    },
    /// The idempotency key of a command was another's.
    #[error("commit {id} is another command's; use a new idempotency key for a new command")]
    KeyReused {
        /// The id of the commit, which stands for the key.
        id: crate::CommitId,
    },
}

impl<E: std::error::Error + Send + Sync + 'static> From<crate::AskError<E>> for Error {
    fn from(error: crate::AskError<E>) -> Self {
        match error {
            crate::AskError::Failed(error) => Self::Unanswered(error.into()),
            crate::AskError::Stopped(stopped) => Self::Stopped(stopped),
        }
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<crate::ExecuteError<E>> for Error {
    fn from(error: crate::ExecuteError<E>) -> Self {
        use crate::ExecuteError;
        match error {
            ExecuteError::Refused(error) => Self::Refused(error.into()),
            ExecuteError::NotFound { stream } => Self::NotFound { stream },
            ExecuteError::AlreadyExists { stream } => Self::AlreadyExists { stream },
            ExecuteError::KeyReused { id } => Self::KeyReused { id },
            ExecuteError::Stopped(stopped) => Self::Stopped(stopped),
            #[cfg(feature = "store")]
            ExecuteError::Load(error) => Self::Load(error),
            #[cfg(feature = "store")]
            ExecuteError::Save(error) => Self::Save(error),
        }
    }
}

impl Error {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name(error) => error.code(),
            Self::Commit(error) => error.code(),
            Self::Decode(error) => error.code(),
            Self::Replay(error) => error.code(),
            Self::Lock(error) => error.code(),
            Self::ParseLock(error) => error.code(),
            Self::Metric(error) => error.code(),
            #[cfg(feature = "config")]
            Self::Config(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Open(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Append(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Read(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Bulk(error) => error.code(),
            #[cfg(feature = "transfer")]
            Self::Export(error) => error.code(),
            #[cfg(feature = "transfer")]
            Self::Import(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Load(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Save(error) => error.code(),
            #[cfg(feature = "store")]
            Self::UnitOfWork(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Subscribe(error) => error.code(),
            #[cfg(feature = "store")]
            Self::Dispatch(errors) => errors.code(),
            #[cfg(feature = "workers")]
            Self::Run(error) => error.code(),
            #[cfg(feature = "workers")]
            Self::Job(error) => error.code(),
            Self::Refused(_) => "command.refused",
            Self::Unanswered(_) => "query.failed",
            Self::Stopped(stopped) => stopped.code(),
            Self::NotFound { .. } => "command.not_found",
            Self::AlreadyExists { .. } => "command.already_exists",
            Self::KeyReused { .. } => "command.key_reused",
        }
    }
}
