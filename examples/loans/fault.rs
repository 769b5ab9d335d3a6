//! What may be wrong with a log, and where.

use std::fmt;
use std::io;

use pericarp::DecideError;

use crate::commands::Refusal;
use crate::xes::Attribute;

/// Something wrong with the log: the line, the case if it is known, and the cause.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) line: u32,
    pub(crate) case: Option<String>,
    pub(crate) cause: Cause,
}

/// Why a case, or the rest of a log, cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cause {
    #[error("the log cannot be read on: {0}")]
    Unreadable(io::Error),
    #[error("ill-formed XML: {0}")]
    Xml(quick_xml::Error),
    #[error("the log ends in the middle; is the file whole?")]
    Ends,
    #[error("there is no <log> in it; is it XES?")]
    NoLog,
    #[error("{what} has no {key}")]
    Missing {
        what: &'static str,
        key: &'static str,
    },
    #[error("{key} is {value:?}, not {expected}")]
    Invalid {
        key: &'static str,
        value: String,
        expected: &'static str,
    },
    #[error("{activity:?} with lifecycle {lifecycle:?} is not an activity of the loan process")]
    UnknownActivity { activity: String, lifecycle: String },
    #[error("the case has no event")]
    NoEvents,
    #[error("the case is in the log twice")]
    Repeated,
    #[error("refused: {0}")]
    Refused(DecideError<Refusal>),
    #[error("its first activity is not A_SUBMITTED")]
    NotSubmitted,
}

impl Fault {
    pub(crate) const fn at(line: u32, cause: Cause) -> Self {
        Self {
            line,
            case: None,
            cause,
        }
    }

    /// Adds the name of the case, if it is known by now.
    pub(crate) fn in_case(self, name: Option<&Attribute>) -> Self {
        Self {
            case: name.map(|name| name.value.clone()),
            ..self
        }
    }
}

impl From<quick_xml::Error> for Cause {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            // A truncated or corrupt gzip file shows up here.
            quick_xml::Error::Io(error) => {
                Self::Unreadable(io::Error::new(error.kind(), error.to_string()))
            }
            error => Self::Xml(error),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.case {
            Some(case) => write!(f, "line {}, case {case}: {}", self.line, self.cause),
            None => write!(f, "line {}: {}", self.line, self.cause),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
