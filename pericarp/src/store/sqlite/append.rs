use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, ErrorCode, OptionalExtension, Row, params};
use uuid::Uuid;

use super::misfit::last_version;
use super::prepared::Prepared;
use super::read::fill_commit;
use super::statements::{
    EVENT_EXISTS, INSERT_EVENT, INSERT_STREAM, NEWEST, STREAM, VERSION_BEFORE,
};
use crate::store::{AppendError, CommitPlan, is_replay_of};
use crate::{Commit, Committed, Page, Position, StreamName, Timestamp, Version};

/// Appends commits inside a write transaction that somebody else begins and ends.
pub(super) struct Appender<'c> {
    connection: &'c Connection,
    now: Timestamp,
    first_new: Option<Position>,
    head: CachedStatement<'c>,
    event_exists: CachedStatement<'c>,
    insert_stream: CachedStatement<'c>,
    insert_event: CachedStatement<'c>,
}

impl<'c> Appender<'c> {
    /// Makes ready to append at `now`, or at the time of the newest event if the clock was set
    /// back since: `recorded_at` never falls as positions rise, whichever process wrote.
    pub(super) fn new(connection: &'c Connection, now: Timestamp) -> rusqlite::Result<Self> {
        let newest = connection
            .prepare_cached(NEWEST)?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(Self {
            connection,
            now: newest.map_or(now, |newest| now.max(Timestamp::from_micros(newest))),
            first_new: None,
            head: connection.prepare_cached(STREAM)?,
            event_exists: connection.prepare_cached(EVENT_EXISTS)?,
            insert_stream: connection.prepare_cached(INSERT_STREAM)?,
            insert_event: connection.prepare_cached(INSERT_EVENT)?,
        })
    }

    /// The position of the first event that was stored in this transaction.
    pub(super) const fn first_new(&self) -> Option<Position> {
        self.first_new
    }

    /// Gives a commit its verdict, and stores it if that is `Ok`.
    pub(super) fn append(&mut self, commit: &Commit) -> Result<Committed, AppendError> {
        let id = commit.id().get();
        if self.event_exists.exists([id.as_bytes()]).map_err(failed)? {
            return self.replay(commit);
        }
        let plan = CommitPlan::new(commit, |stream| self.look_up(stream))?;
        if commit.is_empty() {
            let mut nothing = Committed::nothing(commit.id());
            nothing.streams = plan.streams;
            return Ok(nothing);
        }
        // One insert is atomic by itself; several need a point to go back to.
        let new_stream = plan.targets.iter().any(Option::is_none);
        if commit.len() == 1 && !new_stream {
            return self.store(commit, plan);
        }
        execute(self.connection, "SAVEPOINT commit_").map_err(failed)?;
        let verdict = self.store(commit, plan);
        if verdict.is_err() && !self.connection.is_autocommit() {
            execute(self.connection, "ROLLBACK TO commit_").map_err(failed)?;
        }
        if !self.connection.is_autocommit() {
            execute(self.connection, "RELEASE commit_").map_err(failed)?;
        }
        verdict
    }

    fn look_up(&mut self, stream: &StreamName) -> Result<(Version, Option<i64>), AppendError> {
        let found = self.head.query_row([stream.as_str()], version_and_id);
        Ok(found.optional().map_err(failed)?.unwrap_or_default())
    }

    fn store(
        &mut self,
        commit: &Commit,
        plan: CommitPlan<Option<i64>>,
    ) -> Result<Committed, AppendError> {
        let mut ordinal: i64 = 0;
        let mut new_streams: HashMap<&StreamName, i64> = HashMap::new();
        for ((append, events), (versions, id)) in
            commit.appends().zip(plan.streams.iter().zip(&plan.targets))
        {
            if events.len() == 0 {
                continue;
            }
            let stream = match id {
                Some(id) => *id,
                None => match new_streams.get(&append.stream) {
                    Some(id) => *id,
                    None => {
                        let id = self.new_stream(&append.stream)?;
                        new_streams.insert(&append.stream, id);
                        id
                    }
                },
            };
            let new_versions = versions.first.get() as i64..;
            for (version, event) in new_versions.zip(events) {
                let event_id = event.id.unwrap_or_default();
                let inserted = self.insert_event.execute(params![
                    stream,
                    version,
                    event_id.as_bytes(),
                    event.event_type.as_str(),
                    event.schema_version,
                    ordinal,
                    event.occurred_at.as_micros(),
                    self.now.as_micros(),
                    event.data,
                    event.metadata,
                ]);
                if let Err(error) = inserted {
                    return Err(self.refused(event_id, error));
                }
                ordinal += 1;
            }
        }
        let last = self.connection.last_insert_rowid();
        let mut committed = Committed::new(
            commit.id(),
            Position::new((last - ordinal + 1).unsigned_abs()),
            Position::new(last.unsigned_abs()),
            self.now,
        );
        committed.streams = plan.streams;
        self.first_new.get_or_insert(committed.first);
        Ok(committed)
    }

    /// Versions are counted under the lock, so of ours only the id can be there already; somebody
    /// else may have added a constraint of his own.
    #[cold]
    fn refused(&mut self, event_id: Uuid, error: rusqlite::Error) -> AppendError {
        let violation = error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation);
        match self.event_exists.exists([event_id.as_bytes()]) {
            Ok(true) if violation => AppendError::DuplicateEvent { event_id },
            _ => failed(error),
        }
    }

    fn new_stream(&mut self, stream: &StreamName) -> Result<i64, AppendError> {
        self.insert_stream
            .query_row([stream.as_str(), stream.category()], |row| row.get(0))
            .map_err(failed)
    }

    #[cold]
    fn replay(&self, commit: &Commit) -> Result<Committed, AppendError> {
        let mut page = Page::new();
        fill_commit(&mut Prepared::new(self.connection), commit.id(), &mut page).map_err(failed)?;
        let version_before = |stream: &StreamName, position: Position| {
            self.connection
                .prepare_cached(VERSION_BEFORE)?
                .query_row(params![stream.as_str(), position.get() as i64], |row| {
                    Ok(last_version(row.get(0)?)?)
                })
        };
        match is_replay_of(commit, &page, version_before).map_err(failed)? {
            Some(first_answer) => Ok(first_answer),
            None if page.is_empty() => Err(AppendError::DuplicateEvent {
                event_id: commit.id().get(),
            }),
            None => Err(AppendError::CommitIdReused { id: commit.id() }),
        }
    }
}

/// A row of [`STREAM`].
pub(super) fn version_and_id(row: &Row<'_>) -> rusqlite::Result<(Version, Option<i64>)> {
    Ok((last_version(row.get(1)?)?, row.get(0)?))
}

/// Runs a statement without parameters, prepared once.
pub(super) fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}

fn failed(source: rusqlite::Error) -> AppendError {
    AppendError::Failed {
        source: source.into(),
    }
}
