use std::fmt;
use std::io::{self, BufRead, Write};
use std::process::exit;
use std::str::FromStr;
use std::sync::Arc;

use super::events::{commit, stream};
use super::{crash, crowd};
use crate::store::{AppendError, OpenError, Store};
use crate::{Expected, StreamName, Version};

/// What another process does to a log, for the laws that need one.
///
/// ```
/// use pericarp::testing::conformance::Role;
///
/// assert_eq!("race".parse(), Ok(Role::Race));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Opens the log when it is told to, for law 25.
    Open,
    /// Appends where it is told to, for law 6.
    Race,
    /// Appends as several of many writers, for law 24.
    Crowd,
    /// Appends until it is killed, for law 26.
    Write,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Race => "race",
            Self::Crowd => "crowd",
            Self::Write => "write",
        })
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(role: &str) -> Result<Self, String> {
        match role {
            "open" => Ok(Self::Open),
            "race" => Ok(Self::Race),
            "crowd" => Ok(Self::Crowd),
            "write" => Ok(Self::Write),
            _ => Err(format!(
                "{role:?} is not one of the roles `open`, `race`, `crowd` and `write`"
            )),
        }
    }
}

/// Plays a role on the log that `open` opens: the whole of a program that
/// [`Subject::process`](super::Subject::process) names. Call it on tokio's multi-thread runtime.
///
/// ```no_run
/// use pericarp::store::SqliteStore;
/// use pericarp::testing::conformance::play;
///
/// # async fn program() -> Result<(), String> {
/// let mut arguments = std::env::args().skip(1);
/// let (Some(role), Some(path)) = (arguments.next(), arguments.next()) else {
///     return Err("give a role and a path".into());
/// };
/// play(role.parse()?, async || SqliteStore::open(path).await).await;
/// # Ok(())
/// # }
/// ```
pub async fn play<S: Store + Clone>(role: Role, open: impl AsyncFnOnce() -> Result<S, OpenError>) {
    if role == Role::Open {
        say("ready");
        let _ = heard();
    }
    let store = match open().await {
        Ok(store) => store,
        Err(error) => {
            say(&format!("failed to {error}"));
            exit(1);
        }
    };
    match role {
        Role::Open => {
            let outcome = store
                .append(commit(&[(&stream("opened"), Expected::Any, 2)]))
                .await;
            say(&outcome.map_or_else(|error| error.to_string(), |_| "opened".into()));
        }
        Role::Race => race(&store).await,
        Role::Crowd => {
            let part = heard().unwrap_or_default().parse::<crowd::Part>();
            let written = match part {
                Ok(part) => part.write(store, Arc::default()).await,
                Err(error) => Err(error),
            };
            say(&written.map_or_else(|error| error, |tally| tally.to_string()));
        }
        Role::Write => crash::write_until_killed(store).await,
    }
}

/// Appends one event for each line that names a stream and the version it is expected to have.
async fn race(store: &impl Store) {
    while let Some(line) = heard() {
        let turn = line.split_once(' ').and_then(|(stream, version)| {
            Some((StreamName::parse(stream).ok()?, version.parse().ok()?))
        });
        let Some((stream, version)) = turn else {
            exit(2);
        };
        let expected = Expected::Version(Version::new(version));
        say(
            &match store.append(commit(&[(&stream, expected, 1)])).await {
                Ok(answer) => format!("won {}", answer.first),
                Err(AppendError::Conflict(conflict)) => format!("lost {}", conflict.actual),
                Err(error) => error.to_string(),
            },
        );
    }
}

/// Writes a line; ends the process if nobody reads it any more.
pub(super) fn say(line: &str) {
    let mut out = io::stdout().lock();
    let told = writeln!(out, "{line}").and_then(|()| out.flush());
    if told.is_err() {
        exit(3);
    }
}

/// The next line; `None` once whoever started this process is gone.
fn heard() -> Option<String> {
    io::stdin().lock().lines().next()?.ok()
}
