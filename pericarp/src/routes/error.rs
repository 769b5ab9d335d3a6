use std::error::Error;
use std::fmt;

use crate::{Failure, Stopped};

/// Two requests would have one name: see [`Routes`](super::Routes).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is a route {name} already; give one of the two another name")]
#[non_exhaustive]
pub struct DuplicateRoute {
    /// The name.
    pub name: String,
}

impl DuplicateRoute {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "route.duplicate"
    }
}

/// Why nothing came of a request by name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// No request has this name.
    #[error("there is no route {name}{}", did_you_mean(.nearest.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The name that it was probably meant to be.
        nearest: Option<String>,
    },
    /// The JSON is not that of the request.
    #[error("this is no {name}")]
    Body {
        /// The name of the request.
        name: String,
        /// What is wrong with it, and where.
        source: serde_json::Error,
    },
    /// The request itself failed.
    #[error(transparent)]
    Failed(#[from] RequestFailed),
    /// The answer could not be written as JSON. A command was carried out.
    #[error("the answer of {name} cannot be written")]
    Encode {
        /// The name of the request.
        name: String,
        /// What serde says.
        source: serde_json::Error,
    },
}

impl RouteError {
    /// A stable code for logs and metrics; that of the request's own error, if it failed itself.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "route.unknown",
            Self::Body { .. } => "route.body",
            Self::Failed(failed) => failed.code(),
            Self::Encode { .. } => "route.answer",
        }
    }

    /// As [`Failure::is_refusal`].
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Unknown { .. } | Self::Body { .. } => true,
            Self::Failed(failed) => failed.is_refusal(),
            Self::Encode { .. } => false,
        }
    }

    /// As [`Failure::is_transient`].
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Failed(failed) if failed.is_transient())
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The error of a request whose type is forgotten: its text and its causes are the error's own.
pub struct RequestFailed {
    failure: Box<dyn AnyFailure>,
}

/// What is known of every failure, without its type.
trait AnyFailure: Error + Send + Sync {
    fn code(&self) -> &'static str;
    fn is_refusal(&self) -> bool;
    fn is_transient(&self) -> bool;
    fn stopped(&self) -> Option<&Stopped>;
}

impl<F: Failure> AnyFailure for F {
    fn code(&self) -> &'static str {
        Failure::code(self)
    }

    fn is_refusal(&self) -> bool {
        Failure::is_refusal(self)
    }

    fn is_transient(&self) -> bool {
        Failure::is_transient(self)
    }

    fn stopped(&self) -> Option<&Stopped> {
        Failure::stopped(self)
    }
}

impl RequestFailed {
    pub(super) fn new(failure: impl Failure) -> Self {
        let failure = Box::new(failure);
        Self { failure }
    }

    /// A stable code for logs and metrics.
    pub fn code(&self) -> &'static str {
        self.failure.code()
    }

    /// As [`Failure::is_refusal`].
    pub fn is_refusal(&self) -> bool {
        self.failure.is_refusal()
    }

    /// As [`Failure::is_transient`].
    pub fn is_transient(&self) -> bool {
        self.failure.is_transient()
    }

    /// What the middleware said, if one has ended the request.
    pub fn stopped(&self) -> Option<&Stopped> {
        self.failure.stopped()
    }
}

impl fmt::Display for RequestFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.failure, f)
    }
}

impl fmt::Debug for RequestFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.failure, f)
    }
}

impl Error for RequestFailed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.failure.source()
    }
}
