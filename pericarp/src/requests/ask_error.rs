use std::error::Error;

use super::{Failure, Stopped};

/// Why a query was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError<E> {
    /// What it was asked of could not answer.
    #[error(transparent)]
    Failed(E),
    /// A middleware ended it.
    #[error(transparent)]
    Stopped(Stopped),
}

impl<E> AskError<E> {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Failed(_) => "query.failed",
            Self::Stopped(stopped) => stopped.code(),
        }
    }
}

impl<E> From<Stopped> for AskError<E> {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl<E: Error + Send + Sync + 'static> Failure for AskError<E> {
    fn code(&self) -> &'static str {
        self.code()
    }

    fn is_transient(&self) -> bool {
        self.stopped().is_some_and(Stopped::is_transient)
    }

    /// What a read model says itself may be either, so it is not taken for one.
    fn is_refusal(&self) -> bool {
        self.stopped().is_some_and(Stopped::is_refusal)
    }

    fn stopped(&self) -> Option<&Stopped> {
        match self {
            Self::Stopped(stopped) => Some(stopped),
            Self::Failed(_) => None,
        }
    }
}
