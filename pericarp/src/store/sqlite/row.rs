use rusqlite::{Row, Rows};
use uuid::Uuid;

use crate::{Page, Position, RecordedEvent, Timestamp, Version};

/// What an aggregate folds, in the order that [`facts`] takes it.
///
/// Text is cast to blobs because SQLite copies text in order to end it with a NUL, and hands out
/// blobs where they lie.
macro_rules! select_facts {
    ($rest:literal) => {
        concat!(
            "SELECT e.version, CAST(e.type AS BLOB), e.schema_version, e.occurred_at,
                    CAST(e.data AS BLOB), CAST(e.metadata AS BLOB)",
            $rest
        )
    };
}

/// A whole event, in the order that [`event`] takes it.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.version, CAST(e.type AS BLOB), e.schema_version, e.occurred_at,
                    CAST(e.data AS BLOB), CAST(e.metadata AS BLOB),
                    e.position, e.id, e.ordinal, e.recorded_at",
            $rest
        )
    };
}

pub(super) use {select, select_facts};

/// An event without the place and the time it was recorded at.
pub(super) fn facts<'r>(row: &'r Row<'_>, stream: &'r str) -> rusqlite::Result<RecordedEvent<'r>> {
    Ok(RecordedEvent {
        version: Version::new(whole(row, 0)?.unsigned_abs()),
        event_type: text(row, 1)?,
        schema_version: whole(row, 2)? as u32,
        occurred_at: Timestamp::from_micros(whole(row, 3)?),
        data: text(row, 4)?,
        metadata: text(row, 5)?,
        stream,
        position: Position::START,
        id: Uuid::nil(),
        ordinal: 0,
        recorded_at: Timestamp::EPOCH,
    })
}

/// An event of a stream whose name is known.
pub(super) fn event<'r>(row: &'r Row<'_>, stream: &'r str) -> rusqlite::Result<RecordedEvent<'r>> {
    Ok(RecordedEvent {
        position: Position::new(whole(row, 6)?.unsigned_abs()),
        id: row.get_ref(7)?.as_blob().map(id_of)?,
        ordinal: whole(row, 8)? as u32,
        recorded_at: Timestamp::from_micros(whole(row, 9)?),
        ..facts(row, stream)?
    })
}

/// An event whose stream's name is the column after it.
pub(super) fn named_event<'r>(row: &'r Row<'_>) -> rusqlite::Result<RecordedEvent<'r>> {
    event(row, row.get_ref(10)?.as_str()?)
}

/// Fills a page with at most `limit` rows.
pub(super) fn push_rows(rows: Rows<'_>, page: &mut Page, limit: usize) -> rusqlite::Result<()> {
    let has_more = each_row(rows, limit, named_event, |event| page.push(event))?;
    page.set_has_more(has_more);
    Ok(())
}

/// Hands out at most `limit` rows, as long as they are taken, and says whether there are more; the
/// statement selects one more than the limit in order to tell.
pub(super) fn each_row<'s>(
    mut rows: Rows<'s>,
    limit: usize,
    view: impl for<'r> Fn(&'r Row<'s>) -> rusqlite::Result<RecordedEvent<'r>>,
    mut take: impl FnMut(&RecordedEvent<'_>) -> bool,
) -> rusqlite::Result<bool> {
    let mut taken = 0;
    while let Some(row) = rows.next()? {
        if taken == limit || !take(&view(row)?) {
            return Ok(true);
        }
        taken += 1;
    }
    Ok(false)
}

fn whole(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    Ok(row.get_ref(column)?.as_i64()?)
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    std::str::from_utf8(row.get_ref(column)?.as_blob()?)
        .map_err(|error| rusqlite::Error::Utf8Error(column, error))
}

/// An id of another length than 16 was not written by Pericarp; it reads as the nil id.
fn id_of(bytes: &[u8]) -> Uuid {
    Uuid::from_slice(bytes).unwrap_or_default()
}
