use uuid::Uuid;

use super::statement::{Row, Rows};
use crate::{Page, Position, RecordedEvent, Timestamp, Version};

/// What an aggregate folds, in the order that [`facts`] takes it.
macro_rules! select_facts {
    ($rest:literal) => {
        concat!(
            "SELECT e.version, e.type, e.schema_version, e.occurred_at, e.data, e.metadata",
            $rest
        )
    };
}

/// A whole event, in the order that [`event`] takes it.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.version, e.type, e.schema_version, e.occurred_at, e.data, e.metadata,
                    e.position, e.id, e.ordinal, e.recorded_at",
            $rest
        )
    };
}

pub(super) use {select, select_facts};

/// An event without the place and the time it was recorded at.
pub(super) fn facts<'r>(row: Row<'r>, stream: &'r str) -> rusqlite::Result<RecordedEvent<'r>> {
    Ok(RecordedEvent {
        version: Version::new(row.whole(0)?.unsigned_abs()),
        event_type: row.text(1)?,
        schema_version: row.whole(2)? as u32,
        occurred_at: Timestamp::from_micros(row.whole(3)?),
        data: row.text(4)?,
        metadata: row.text(5)?,
        stream,
        position: Position::START,
        id: Uuid::nil(),
        ordinal: 0,
        recorded_at: Timestamp::EPOCH,
    })
}

/// An event of a stream whose name is known.
pub(super) fn event<'r>(row: Row<'r>, stream: &'r str) -> rusqlite::Result<RecordedEvent<'r>> {
    Ok(RecordedEvent {
        position: Position::new(row.whole(6)?.unsigned_abs()),
        id: row.bytes(7).map(id_of)?,
        ordinal: row.whole(8)? as u32,
        recorded_at: Timestamp::from_micros(row.whole(9)?),
        ..facts(row, stream)?
    })
}

/// An event whose stream's name is the column after it.
pub(super) fn named_event(row: Row<'_>) -> rusqlite::Result<RecordedEvent<'_>> {
    event(row, row.text(10)?)
}

/// Fills a page with at most `limit` rows.
pub(super) fn push_rows(rows: Rows<'_>, page: &mut Page, limit: usize) -> rusqlite::Result<()> {
    let has_more = each_row(rows, limit, |row| Ok(page.push(&named_event(row)?)))?;
    page.set_has_more(has_more);
    Ok(())
}

/// Hands out at most `limit` rows, as long as they are taken, and says whether there are more; the
/// statement selects one more than the limit in order to tell.
pub(super) fn each_row(
    mut rows: Rows<'_>,
    limit: usize,
    mut take: impl FnMut(Row<'_>) -> rusqlite::Result<bool>,
) -> rusqlite::Result<bool> {
    let mut taken = 0;
    while let Some(row) = rows.next()? {
        if taken == limit || !take(row)? {
            return Ok(true);
        }
        taken += 1;
    }
    Ok(false)
}

/// An id of another length than 16 was not written by Pericarp; it reads as the nil id.
fn id_of(bytes: &[u8]) -> Uuid {
    Uuid::from_slice(bytes).unwrap_or_default()
}
