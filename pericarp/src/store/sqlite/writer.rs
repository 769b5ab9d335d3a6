use std::collections::VecDeque;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use super::append::{self, Appender};
use super::bulk::{self, Importing};
use super::{Appending, SqliteOptions, Writing, snapshot};
use crate::store::AppendError;
use crate::store::queue::Queue;
use crate::store::tail::Tail;
use crate::{CommitId, Committed, Position, Timestamp};

type Answer = oneshot::Sender<Result<Committed, AppendError>>;

/// Commits what is queued, batch after batch, until the queue is closed and empty; then waits for the
/// threads of the other connections.
pub(super) fn run(
    connection: Connection,
    queue: &Queue<Writing>,
    tail: &Tail,
    options: &SqliteOptions,
    others: Vec<JoinHandle<()>>,
) {
    // If this thread panics, nobody else would answer.
    let _guard = AbandonOnPanic(queue);
    let mut queued = VecDeque::new();
    let mut batch = VecDeque::new();
    let mut snapshots = Vec::new();
    let mut verdicts = Vec::new();
    let mut expected = 1;
    while queue.take_all(&mut queued, expected, options.linger) {
        expected = queued.len();
        while !queued.is_empty() {
            let import = take_until_import(&mut queued, &mut batch, &mut snapshots);
            if !batch.is_empty() {
                if let Some(metrics) = &options.metrics {
                    metrics.batch(batch.len());
                }
                commit_batch(&connection, &mut batch, options.clock.now(), &mut verdicts);
            }
            let committed = verdicts
                .iter()
                .filter_map(|(_, verdict)| verdict.as_ref().ok());
            if let Some(head) = committed.map(|committed| committed.last).max() {
                tail.advance(head);
            }
            for (answer, verdict) in verdicts.drain(..) {
                // An appender that gave up finds out by appending the same commit again.
                let _ = answer.send(verdict);
            }
            snapshot::store(&connection, &mut snapshots, options);
            if let Some(importing) = import {
                bulk::import(&connection, importing, tail);
            }
        }
    }
    // Of connections that are closed at once, none is the last, which removes the write-ahead log.
    for other in others {
        let _ = other.join();
    }
    // So that whoever copies the file alone has everything. If others still use the file, nobody
    // waits: the last of them does it.
    let _ = connection.busy_timeout(Duration::ZERO);
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Moves the appends up to the next import, which share a transaction, and takes the import, which
/// has its own.
fn take_until_import(
    queued: &mut VecDeque<Writing>,
    batch: &mut VecDeque<Appending>,
    snapshots: &mut Vec<snapshot::Kept>,
) -> Option<Importing> {
    loop {
        match queued.pop_front()? {
            Writing::Append(appending) => batch.push_back(appending),
            Writing::Import(importing) => return Some(importing),
            Writing::Snapshot(snapshot) => snapshots.push(snapshot),
        }
    }
}

/// Commits a batch as one transaction, each commit with its own verdict.
fn commit_batch(
    connection: &Connection,
    batch: &mut VecDeque<Appending>,
    now: Timestamp,
    verdicts: &mut Vec<(Answer, Result<Committed, AppendError>)>,
) {
    let ids: Vec<CommitId> = batch
        .iter()
        .map(|appending| appending.commit.id())
        .collect();
    let mut first_new = None;
    let outcome = (|| {
        append::execute(connection, "BEGIN IMMEDIATE")?;
        let mut appender = Appender::new(connection, now)?;
        while let Some(Appending { commit, answer }) = batch.pop_front() {
            let verdict = appender.append(&commit);
            first_new = appender.first_new();
            let verdict = match verdict {
                // SQLite itself failed: that is nobody's own fault, and ends the batch.
                Err(AppendError::Failed { source }) if connection.is_autocommit() => {
                    verdicts.push((answer, Err(AppendError::Failed { source })));
                    return Err(BatchError::RolledBack);
                }
                verdict => verdict,
            };
            verdicts.push((answer, verdict));
        }
        drop(appender);
        append::execute(connection, "COMMIT").map_err(BatchError::Commit)
    })();
    if let Err(error) = outcome {
        if !connection.is_autocommit() {
            // If even this fails, the next BEGIN says so.
            let _ = append::execute(connection, "ROLLBACK");
        }
        fail(&error, first_new, &ids, batch, verdicts);
    }
}

enum BatchError {
    /// The transaction did not begin.
    Begin(rusqlite::Error),
    /// SQLite rolled the transaction back by itself, as it does when the disk is full.
    RolledBack,
    /// COMMIT failed.
    Commit(rusqlite::Error),
}

impl From<rusqlite::Error> for BatchError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Begin(error)
    }
}

/// Takes back every verdict that rests on what the batch stored, and gives the failure to every
/// commit that was not reached.
fn fail(
    error: &BatchError,
    first_new: Option<Position>,
    ids: &[CommitId],
    batch: &mut VecDeque<Appending>,
    verdicts: &mut Vec<(Answer, Result<Committed, AppendError>)>,
) {
    for ((_, verdict), id) in verdicts.iter_mut().zip(ids) {
        match verdict {
            // The first answer to a commit that was in the log before. Checks alone left nothing
            // there, and may have seen what the batch stored.
            Ok(committed)
                if first_new.is_none_or(|new| !committed.is_empty() && committed.last < new) => {}
            Ok(_) => *verdict = Err(append_error(error, *id)),
            Err(AppendError::Failed { .. }) => {}
            // The conflict may be with a commit of this batch, which is not in the log now.
            Err(_) if first_new.is_some() => {
                let source = "the batch that it was judged in failed".into();
                *verdict = Err(AppendError::Failed { source });
            }
            Err(_) => {}
        }
    }
    for Appending { commit, answer } in batch.drain(..) {
        verdicts.push((answer, Err(append_error(error, commit.id()))));
    }
}

fn append_error(error: &BatchError, id: CommitId) -> AppendError {
    let (source, outcome_is_known) = match error {
        BatchError::Begin(error) => (error.to_string(), true),
        BatchError::RolledBack => (
            "SQLite rolled the transaction back while it stored another commit of the batch".into(),
            true,
        ),
        // The frames of a commit may have reached the write-ahead log before the failure, where
        // a recovery after a crash would find them.
        BatchError::Commit(error) => (
            error.to_string(),
            matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::ReadOnly)
            ),
        ),
    };
    let source = source.into();
    if outcome_is_known {
        AppendError::Failed { source }
    } else {
        AppendError::OutcomeUnknown { id, source }
    }
}

struct AbandonOnPanic<'q>(&'q Queue<Writing>);

impl Drop for AbandonOnPanic<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
