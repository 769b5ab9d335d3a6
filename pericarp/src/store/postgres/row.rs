use sqlx::postgres::PgRow;
use sqlx::{Row as _, ValueRef as _};
use uuid::Uuid;

use super::fault::{Kind, PostgresFault};
use crate::store::Snapshot;
use crate::{Position, RecordedEvent, Timestamp, Version};

/// An event without the place and the time it was recorded at, from the columns `FACTS`.
///
/// Columns are taken from the binary format as they lie in the message that brought the row.
pub(super) fn facts<'r>(
    row: &'r PgRow,
    stream: &'r str,
) -> Result<RecordedEvent<'r>, PostgresFault> {
    Ok(RecordedEvent {
        version: Version::new(in_range(row, 0)?),
        event_type: text(row, 1)?,
        schema_version: in_range(row, 2)?,
        occurred_at: Timestamp::from_micros(number(row, 3)?),
        data: text(row, 4)?,
        metadata: text(row, 5)?,
        stream,
        position: Position::START,
        id: Uuid::nil(),
        ordinal: 0,
        recorded_at: Timestamp::EPOCH,
    })
}

/// An event of a stream whose name is known, from the columns `FACTS, RECORD`.
pub(super) fn event<'r>(
    row: &'r PgRow,
    stream: &'r str,
) -> Result<RecordedEvent<'r>, PostgresFault> {
    Ok(RecordedEvent {
        position: Position::new(in_range(row, 6)?),
        id: Uuid::from_bytes(fixed(row, 7)?),
        ordinal: small(row, 8)?,
        recorded_at: Timestamp::from_micros(number(row, 9)?),
        ..facts(row, stream)?
    })
}

/// An event whose stream's name is the column after it.
pub(super) fn named_event(row: &PgRow) -> Result<RecordedEvent<'_>, PostgresFault> {
    event(row, text(row, 10)?)
}

/// Whether a row that always comes holds an event.
pub(super) fn has_event(row: &PgRow) -> Result<bool, PostgresFault> {
    Ok(!row.try_get_raw(0)?.is_null())
}

/// The snapshot in the columns after `FACTS, RECORD`, if there is one.
pub(super) fn snapshot(row: &PgRow) -> Result<Option<Snapshot<'_>>, PostgresFault> {
    if row.try_get_raw(10)?.is_null() {
        return Ok(None);
    }
    Ok(Some(Snapshot {
        version: Version::new(in_range(row, 10)?),
        fingerprint: Uuid::from_bytes(fixed(row, 11)?),
        checksum: in_range(row, 12)?,
        data: text(row, 13)?,
    }))
}

fn number(row: &PgRow, column: usize) -> Result<i64, PostgresFault> {
    fixed(row, column).map(i64::from_be_bytes)
}

fn small(row: &PgRow, column: usize) -> Result<u32, PostgresFault> {
    let number = i32::from_be_bytes(fixed(row, column)?);
    number.try_into().map_err(|_| unexpected(column))
}

/// A number of a smaller range than the column's.
fn in_range<N: TryFrom<i64>>(row: &PgRow, column: usize) -> Result<N, PostgresFault> {
    N::try_from(number(row, column)?).map_err(|_| unexpected(column))
}

fn fixed<const N: usize>(row: &PgRow, column: usize) -> Result<[u8; N], PostgresFault> {
    let bytes = bytes(row, column)?;
    bytes.try_into().map_err(|_| unexpected(column))
}

fn text(row: &PgRow, column: usize) -> Result<&str, PostgresFault> {
    std::str::from_utf8(bytes(row, column)?).map_err(|_| unexpected(column))
}

fn bytes(row: &PgRow, column: usize) -> Result<&[u8], PostgresFault> {
    let value = row.try_get_raw(column)?;
    value.as_bytes().map_err(|_| unexpected(column))
}

/// Somebody changed the schema's columns, or stored what Pericarp never does.
#[cold]
fn unexpected(column: usize) -> PostgresFault {
    let message = format!("column {column} of an event is not what the schema says");
    PostgresFault::new(message, Kind::Refused)
}
