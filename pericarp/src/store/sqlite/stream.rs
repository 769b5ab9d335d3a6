use tokio::sync::oneshot;

use super::answer::{Answer, give};
use super::prepared::Prepared;
use super::read::one_more;
use super::row::{each_row, event, facts, select, select_facts};
use super::snapshot::from_snapshot;
use super::statement::Parameter::{Text, Whole};
use crate::store::{Direction, ReadStream, Visit};
use crate::{Page, RecordedEvent, Version};

/// Fills a page with events of one stream.
pub(super) fn fill_stream(
    prepared: &mut Prepared<'_>,
    read: &ReadStream,
    page: &mut Page,
) -> rusqlite::Result<()> {
    let whole = Columns::Whole;
    // Only a long stream is read in pages, so this page will be full.
    page.reserve(read.limit.min(MOST_RESERVED));
    let has_more = each_event(prepared, read, read.limit, whole, |event| page.push(event))?;
    page.set_has_more(has_more);
    Ok(())
}

/// Events to make room for, however many a page may take.
const MOST_RESERVED: usize = 1_024;

/// Which columns to read.
#[derive(Clone, Copy)]
pub(super) enum Columns {
    Facts,
    Whole,
}

fn each_event(
    prepared: &mut Prepared<'_>,
    read: &ReadStream,
    limit: usize,
    columns: Columns,
    mut take: impl FnMut(&RecordedEvent<'_>) -> bool,
) -> rusqlite::Result<bool> {
    let stream = read.stream.as_str();
    let parameters = [
        Text(stream.into()),
        Whole(read.from.get() as i64),
        Whole(one_more(limit)),
    ];
    let rows = prepared.query(statement(read.direction, columns), &parameters)?;
    match columns {
        Columns::Facts => each_row(rows, limit, |row| Ok(take(&facts(row, stream)?))),
        Columns::Whole => each_row(rows, limit, |row| Ok(take(&event(row, stream)?))),
    }
}

/// The statement that reads a stream.
pub(super) const fn statement(direction: Direction, columns: Columns) -> &'static str {
    macro_rules! either_way {
        ($select:ident) => {
            match direction {
                Direction::Forward => $select!(
                    " FROM pericarp_events AS e
                     WHERE stream = (SELECT id FROM pericarp_streams WHERE name = ?1)
                       AND version >= ?2
                     ORDER BY version LIMIT ?3"
                ),
                Direction::Backward => $select!(
                    " FROM pericarp_events AS e
                     WHERE stream = (SELECT id FROM pericarp_streams WHERE name = ?1)
                       AND version <= ?2
                     ORDER BY version DESC LIMIT ?3"
                ),
            }
        };
    }
    match columns {
        Columns::Facts => either_way!(select_facts),
        Columns::Whole => either_way!(select),
    }
}

/// A visit on its way to a reader, which gives the answer itself.
pub(super) type Visiting = Box<dyn FnOnce(&mut Prepared<'_>) + Send>;

/// A visitor that comes back, and the rest of its way if there is any.
type Visited<V> = Answer<(V, Option<ReadStream>)>;

/// Events that are visited on the thread that reads them, and events of each page behind them.
pub(super) const VISITED_AT_ONCE: usize = 1_024;

/// Packs a visit. Everything in it is static: the one call through a pointer is per visit.
pub(super) fn visiting<V: Visit>(
    read: ReadStream,
    mut visitor: V,
) -> (Visiting, oneshot::Receiver<Visited<V>>) {
    let (answer, visited) = oneshot::channel();
    let visiting = Box::new(move |prepared: &mut Prepared<'_>| {
        if answer.is_closed() {
            return;
        }
        give(answer, || {
            let read = from_snapshot(prepared, read, &mut visitor);
            let rest = visit_stream(prepared, &read, &mut visitor)?;
            Ok((visitor, rest))
        });
    });
    (visiting, visited)
}

fn visit_stream<V: Visit>(
    prepared: &mut Prepared<'_>,
    read: &ReadStream,
    visitor: &mut V,
) -> rusqlite::Result<Option<ReadStream>> {
    let (mut last, mut enough) = (Version::NONE, false);
    let columns = if V::LOOKS_AT_RECORD {
        Columns::Whole
    } else {
        Columns::Facts
    };
    let has_more = each_event(prepared, read, VISITED_AT_ONCE, columns, |event| {
        last = event.version;
        enough = visitor.visit(event).is_break();
        !enough
    })?;
    Ok((has_more && !enough).then(|| read.clone().behind(last)))
}
