use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use tokio::sync::oneshot;

use super::append::{execute, version_and_id};
use super::misfit;
use super::read::EVENT;
use super::row::named_event;
use super::statement::{Parameter, Statement};
use super::statements::{INSERT_STREAM, STREAM};
use super::time_range::LAST;
use crate::Timestamp;
use crate::store::tail::Tail;
use crate::store::{
    Batch, BulkAppended, BulkError, BulkPlan, Found, LogEnd, Positions, StoreFault,
};

/// A batch on its way to the writer.
pub(super) struct Importing {
    pub(super) batch: Batch,
    pub(super) positions: Positions,
    pub(super) answer: oneshot::Sender<Result<BulkAppended, BulkError>>,
}

/// Stores a batch in a transaction of its own.
pub(super) fn import(connection: &Connection, importing: Importing, tail: &Tail) {
    let Importing {
        batch,
        positions,
        answer,
    } = importing;
    // Whoever gave up before it began does not want it.
    if answer.is_closed() {
        return;
    }
    let verdict = in_transaction(connection, || store(connection, &batch, positions));
    if let Ok(appended) = &verdict {
        tail.advance(appended.last);
    }
    let _ = answer.send(verdict.map(|appended| appended.returning(batch)));
}

fn in_transaction(
    connection: &Connection,
    work: impl FnOnce() -> Result<BulkAppended, BulkError>,
) -> Result<BulkAppended, BulkError> {
    let verdict = execute(connection, "BEGIN IMMEDIATE")
        .map_err(failed)
        .and_then(|()| work())
        .and_then(|appended| match execute(connection, "COMMIT") {
            Ok(()) => Ok(appended),
            Err(error) => Err(commit_failed(error)),
        });
    if verdict.is_err() && !connection.is_autocommit() {
        // If even this fails, the next BEGIN says so.
        let _ = execute(connection, "ROLLBACK");
    }
    verdict
}

fn store(
    connection: &Connection,
    batch: &Batch,
    positions: Positions,
) -> Result<BulkAppended, BulkError> {
    let mut by_id = Statement::prepare(connection, EVENT).map_err(failed)?;
    let mut head = connection.prepare_cached(STREAM).map_err(failed)?;
    let plan = BulkPlan::new(
        batch,
        positions,
        end(connection).map_err(failed)?,
        |event| {
            let mut rows = by_id
                .query(&[Parameter::Bytes(event.id.as_bytes())])
                .map_err(failed)?;
            match rows.next().map_err(failed)? {
                Some(row) => {
                    let stored = named_event(row).map_err(failed)?;
                    Ok::<_, BulkError>(Found::compare(&stored, event, positions))
                }
                None => Ok(Found::Nothing),
            }
        },
        |name| {
            let found = head.query_row([name], version_and_id);
            Ok(found.optional().map_err(failed)?.unwrap_or_default())
        },
    )?;
    insert(connection, &plan).map_err(failed)?;
    Ok(BulkAppended::new(&plan))
}

fn insert(connection: &Connection, plan: &BulkPlan<'_, Option<i64>>) -> rusqlite::Result<()> {
    let mut insert_stream = connection.prepare_cached(INSERT_STREAM)?;
    let mut streams = Vec::with_capacity(plan.streams.len());
    for stream in &plan.streams {
        streams.push(match stream.target {
            Some(id) => id,
            None => {
                let category = stream
                    .name
                    .split_once('-')
                    .map_or("", |(category, _)| category);
                insert_stream.query_row([stream.name, category], |row| row.get(0))?
            }
        });
    }
    let mut insert_event = connection.prepare_cached(
        "INSERT INTO pericarp_events
             (position, stream, version, id, type, schema_version, ordinal, occurred_at,
              recorded_at, data, metadata)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for row in &plan.rows {
        let event = &row.event;
        insert_event.execute(params![
            event.position.get() as i64,
            streams[row.stream],
            event.version.get() as i64,
            event.id.as_bytes(),
            event.event_type,
            event.schema_version,
            event.ordinal,
            event.occurred_at.as_micros(),
            event.recorded_at.as_micros(),
            event.data,
            event.metadata,
        ])?;
    }
    Ok(())
}

fn end(connection: &Connection) -> rusqlite::Result<LogEnd> {
    let newest = connection
        .prepare_cached(LAST)?
        .query_row([i64::MAX], |row| {
            Ok(LogEnd {
                position: misfit::position(row.get(0)?)?,
                recorded_at: Timestamp::from_micros(row.get(1)?),
            })
        })
        .optional()?;
    Ok(newest.unwrap_or(LogEnd::EMPTY))
}

fn failed(source: impl Into<StoreFault>) -> BulkError {
    BulkError::Failed {
        source: source.into(),
    }
}

/// The frames of a commit may have reached the write-ahead log before the failure, where a recovery
/// after a crash would find them.
fn commit_failed(error: rusqlite::Error) -> BulkError {
    let outcome_is_known = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::ReadOnly)
    );
    let source = error.into();
    if outcome_is_known {
        BulkError::Failed { source }
    } else {
        BulkError::OutcomeUnknown { source }
    }
}
