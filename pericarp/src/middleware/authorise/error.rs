use std::borrow::Cow;
use std::error::Error;

use crate::Stopped;

/// Who asks may not: see [`Only`](crate::middleware::Only) and
/// [`Authorise`](crate::middleware::Authorise).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// It is not known who asks.
    #[error("nobody is signed in; say who asks")]
    Unauthenticated,
    /// It is known, and they may not.
    #[error("this is not for you: {reason}")]
    Forbidden {
        /// Why not, for those who ask.
        reason: Cow<'static, str>,
    },
    /// It could not be found out, so they may not for now.
    #[error("it could not be found out whether you may")]
    Undecided {
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl Denied {
    /// They may not, for a reason that they are told.
    pub fn forbidden(reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = reason.into();
        Self::Forbidden { reason }
    }

    /// It could not be found out.
    pub fn undecided(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        Self::Undecided { source }
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "request.unauthenticated",
            Self::Forbidden { .. } => "request.forbidden",
            Self::Undecided { .. } => "request.undecided",
        }
    }

    #[cold]
    pub(in crate::middleware) fn stopped(self) -> Stopped {
        let is_refusal = !matches!(self, Self::Undecided { .. });
        let stopped = Stopped::new(self.code(), self);
        if is_refusal {
            stopped.refusal()
        } else {
            stopped.transient()
        }
    }
}
