use std::borrow::Cow;

use sqlx::Error;

use crate::CommitId;
use crate::store::{AppendError, ReadError};

/// What PostgreSQL, or the way to it, said; the source of the store's errors.
///
/// ```
/// use std::error::Error;
/// use pericarp::store::{AppendError, postgres::PostgresFault};
///
/// fn sqlstate(error: &AppendError) -> Option<&str> {
///     error.source()?.downcast_ref::<PostgresFault>()?.sqlstate()
/// }
/// # let _ = sqlstate;
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}{}", hint.map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct PostgresFault {
    message: String,
    hint: Option<&'static str>,
    sqlstate: Option<String>,
    kind: Kind,
}

/// What a fault says about the statement that it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It was rolled back, and one commit in it is to blame.
    Commit,
    /// It was rolled back, and may succeed if it is tried again.
    Passing,
    /// It was rolled back, or never sent.
    Refused,
    /// It was rolled back, or never executed, and may succeed over another connection.
    Elsewhere,
    /// The connection is gone: it may have been committed.
    Lost,
    /// There was no answer for as long as one was waited for: it may have been committed.
    Silent,
}

impl Kind {
    /// Whether nobody can say if the statement was executed.
    pub(super) const fn may_be_stored(self) -> bool {
        matches!(self, Self::Lost | Self::Silent)
    }

    /// Whether the connection is of no more use.
    pub(super) const fn ends_connection(self) -> bool {
        matches!(self, Self::Elsewhere | Self::Lost | Self::Silent)
    }
}

impl PostgresFault {
    /// The server's error code: five characters, see
    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>; `None` if it was not the
    /// server that spoke.
    pub fn sqlstate(&self) -> Option<&str> {
        self.sqlstate.as_deref()
    }

    /// Whether the server rolled the transaction back for the sake of another one, as in a deadlock:
    /// the same from its beginning may well succeed. Appends of the store itself are tried again
    /// by it.
    pub fn is_passing(&self) -> bool {
        self.kind == Kind::Passing
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn new(message: impl Into<String>, kind: Kind) -> Self {
        Self {
            message: message.into(),
            hint: None,
            sqlstate: None,
            kind,
        }
    }

    /// Says how long an answer was waited for in vain.
    pub(super) fn no_answer() -> Self {
        Self::new("the server did not answer in time", Kind::Silent)
    }

    /// Says that the functions of the schema are not those of this release.
    #[cold]
    pub(super) fn nonsense() -> Self {
        Self::new(
            "pericarp_append did not answer for every commit; somebody changed the function",
            Kind::Refused,
        )
    }

    pub(super) fn append_error(self, id: CommitId, may_be_stored: bool) -> AppendError {
        let source = Box::new(self);
        if may_be_stored {
            AppendError::OutcomeUnknown { id, source }
        } else {
            AppendError::Failed { source }
        }
    }

    pub(super) fn read_error(self) -> ReadError {
        ReadError::Failed {
            source: Box::new(self),
        }
    }
}

impl From<Error> for PostgresFault {
    fn from(error: Error) -> Self {
        let sqlstate = error
            .as_database_error()
            .and_then(|error| error.code())
            .map(Cow::into_owned);
        let (kind, hint) = match (&error, sqlstate.as_deref()) {
            (_, Some(code)) => judge(code),
            (Error::PoolTimedOut, _) => (
                Kind::Refused,
                Some("every connection is in use: raise max_connections, or read less at once"),
            ),
            (Error::PoolClosed | Error::Tls(_) | Error::Configuration(_), _) => {
                (Kind::Refused, None)
            }
            // The protocol broke, or the connection did.
            _ => (Kind::Lost, None),
        };
        Self {
            message: error.to_string(),
            hint,
            sqlstate,
            kind,
        }
    }
}

/// What an error code means for the statement, and what to do about it.
fn judge(code: &str) -> (Kind, Option<&'static str>) {
    match code {
        // Shut down, crashed, starting up: the transaction may have been committed before.
        "57P01" | "57P02" | "57P03" | "57P05" => (Kind::Lost, None),
        "57014" => (
            Kind::Refused,
            Some(
                "it ran into a timeout or was cancelled; `doctor` names who holds the append lock",
            ),
        ),
        "55P03" => (
            Kind::Refused,
            Some("the lock was not to be had; `doctor` names who holds the append lock"),
        ),
        "40001" | "40P01" => (Kind::Passing, None),
        // It took too long, and the session is gone; or its prepared statements are of older tables.
        "25P03" | "25P04" | "0A000" => (Kind::Elsewhere, None),
        "25006" => (
            Kind::Elsewhere,
            Some("this server is read-only: connect to the primary"),
        ),
        "26000" | "42P05" => (
            Kind::Elsewhere,
            Some(
                "a pooler between here and the server hands out other sessions: see the book on pgbouncer",
            ),
        ),
        "42501" => (
            Kind::Refused,
            Some("the user lacks a privilege: grant what the book lists under privileges"),
        ),
        "42883" | "42P01" => (
            Kind::Refused,
            Some("the log's tables or functions are gone: open the store again to make them"),
        ),
        "53300" => (
            Kind::Elsewhere,
            Some("the server has too many connections: raise its max_connections, or lower ours"),
        ),
        "53100" => (
            Kind::Refused,
            Some("the server's disk is full: make room; nothing that was stored is lost"),
        ),
        _ if code.starts_with("08") => (Kind::Lost, None),
        // Data, integrity, a limit of the program: something in a commit.
        _ if ["22", "23", "54"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            (Kind::Commit, None)
        }
        _ => (Kind::Refused, None),
    }
}
