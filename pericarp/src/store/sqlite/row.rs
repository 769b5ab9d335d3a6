use uuid::Uuid;

use super::misfit::{self, number};
use super::statement::{Row, Rows};
use crate::{Page, Position, RecordedEvent, Timestamp};

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
    ($($rest:literal),+ $(,)?) => {
        concat!(
            "SELECT e.version, e.type, e.schema_version, e.occurred_at, e.data, e.metadata,
                    e.position, e.id, e.ordinal, e.recorded_at",
            $($rest),+
        )
    };
}

/// A whole event and the name of its stream, in the order that [`named_event`] takes them; from a
/// join, with `s` for the stream.
macro_rules! select_joined {
    ($rest:literal) => {
        select!(
            ", s.name FROM pericarp_events AS e
             CROSS JOIN pericarp_streams AS s ON s.id = e.stream ",
            $rest
        )
    };
}

/// The same with the name from a query of its own. That takes half as long again for each event,
/// and is a lookup by a key whatever the statistics say. They turn a join into a walk through all
/// streams for each event, once `ANALYZE` has seen a log with a single one.
macro_rules! select_apart {
    ($rest:literal) => {
        select!(
            ", (SELECT name FROM pericarp_streams WHERE id = e.stream)
             FROM pericarp_events AS e ",
            $rest
        )
    };
}

pub(super) use {select, select_apart, select_facts, select_joined};

/// How the names of streams are found.
#[derive(Clone, Copy)]
pub(super) enum Names {
    Joined,
    Apart,
}

/// An event without the place and the time it was recorded at.
pub(super) fn facts<'r>(row: Row<'r>, stream: &'r str) -> rusqlite::Result<RecordedEvent<'r>> {
    Ok(RecordedEvent {
        version: misfit::version(row.whole(0)?)?,
        event_type: row.text(1)?,
        schema_version: number("schema version", row.whole(2)?)?,
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
        position: misfit::position(row.whole(6)?)?,
        id: misfit::id(row.bytes(7)?)?,
        ordinal: number("ordinal", row.whole(8)?)?,
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use super::super::log::fill_log;
    use super::super::prepared::Prepared;
    use super::super::sample::log;
    use super::super::stream::fill_stream;
    use super::*;
    use crate::StreamName;
    use crate::store::{ReadLog, ReadStream};

    /// A schema version beyond 32 bits was read as what its lower bits say, and a version below
    /// zero as the one above.
    #[test]
    fn what_does_not_fit_is_refused() {
        for (value, fits) in [
            ("2, randomblob(16), 't', 1, 0", true),
            ("2, randomblob(16), 't', 4294967295, 4294967295", true),
            ("2, randomblob(16), 't', 4294967297, 0", false),
            ("2, randomblob(16), 't', -1, 0", false),
            ("2, randomblob(16), 't', 1, 4294967296", false),
            ("2, randomblob(16), 't', 1, -1", false),
            ("2, randomblob(15), 't', 1, 0", false),
            ("-2, randomblob(16), 't', 1, 0", false),
        ] {
            let log = log(0, 0);
            log.execute_batch(&format!(
                "INSERT INTO pericarp_streams VALUES (1, 'c-1', 'c');
                 INSERT INTO pericarp_events SELECT 7, 1, {value}, 2, 2, '{{}}', '{{}}'"
            ))
            .unwrap();
            let (mut prepared, mut page) = (Prepared::new(&log), Page::new());
            let outcome = fill_log(&mut prepared, &ReadLog::all(), &mut page);
            assert_eq!(outcome.is_ok(), fits, "{value}: {page:?}");
            page.clear();
            let stream = ReadStream::new(StreamName::parse("c-1").unwrap()).backward();
            let outcome = fill_stream(&mut prepared, &stream, &mut page);
            assert_eq!(outcome.is_ok(), fits, "{value}: {page:?}");
        }
    }
}
