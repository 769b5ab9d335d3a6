use rusqlite::Connection;
use uuid::Uuid;

use super::Reading;
use super::answer::give;
use super::log::fill_log;
use super::misfit;
use super::prepared::Prepared;
use super::row::{Names, named_event, push_rows, select, select_apart, select_joined};
use super::statement::Parameter::{Bytes, Text, Whole};
use super::stream::fill_stream;
use crate::store::queue::Queue;
use crate::store::{Read, ReadError, ReadStream, ReadStreams};
use crate::unwound::quietly;
use crate::{CommitId, Page, Position, StreamName, Version};

/// Answers what is asked until the queue is closed and empty.
pub(super) fn run(connection: Connection, reads: &Queue<Reading>) {
    let mut prepared = Prepared::new(&connection);
    while let Some(reading) = reads.take() {
        // Whoever asked gets the panic of a question. What is left is one of what he no longer
        // wants, as it is dropped. It must not take the thread from the others.
        quietly(|| answer_one(&mut prepared, reading));
    }
}

fn answer_one(prepared: &mut Prepared<'_>, reading: Reading) {
    // A reader that gave up does not want the answer.
    match reading {
        Reading::Page(_, _, answer) if answer.is_closed() => {}
        Reading::Page(read, mut page, answer) => give(answer, || {
            page.clear();
            fill(prepared, &read, &mut page)?;
            Ok(page)
        }),
        Reading::Head(answer) => give(answer, || head(prepared.connection())),
        Reading::StreamVersion(stream, answer) => {
            give(answer, || stream_version(prepared.connection(), &stream))
        }
        Reading::Visit(visiting) => visiting(prepared),
        Reading::Snapshot(offered) => offered.write(),
    }
}

fn fill(prepared: &mut Prepared<'_>, read: &Read, page: &mut Page) -> rusqlite::Result<()> {
    match read {
        Read::Stream(read) => fill_stream(prepared, read, page),
        Read::Streams(read) => fill_streams(prepared, read, page),
        Read::Log(read) => fill_log(prepared, read, page),
        Read::Event(id) => fill_event(prepared, *id, page),
        Read::Commit(id) => fill_commit(prepared, *id, page),
    }
}

fn fill_streams(
    prepared: &mut Prepared<'_>,
    read: &ReadStreams,
    page: &mut Page,
) -> rusqlite::Result<()> {
    // The rest of the stream that the last page ended in, then the streams behind it: one range of
    // the index each.
    let mut after = "";
    if let Some((stream, version)) = &read.after {
        after = stream.as_str();
        let rest = ReadStream::new(stream.clone()).limit(read.limit);
        fill_stream(prepared, &rest.from(version.next()), page)?;
        if page.has_more() {
            return Ok(());
        }
    }
    let left = read.limit - page.len();
    let names = json_array(read.streams.iter().map(StreamName::as_str).collect());
    let limit = Whole(one_more(left));
    let parameters = [Text(names.into()), Text(after.into()), limit];
    let apart = || streams(Names::Apart).into();
    let rows = prepared.query_or(streams(Names::Joined), apart, &parameters)?;
    push_rows(rows, page, left)
}

fn fill_event(prepared: &mut Prepared<'_>, id: Uuid, page: &mut Page) -> rusqlite::Result<()> {
    push_rows(prepared.query(EVENT, &[Bytes(id.as_bytes())])?, page, 1)
}

/// Several streams, from behind one of them.
pub(super) const fn streams(names: Names) -> &'static str {
    macro_rules! either_way {
        ($select:ident) => {
            $select!(
                "WHERE e.stream IN (
                     SELECT id FROM (
                         SELECT (SELECT id FROM pericarp_streams WHERE name = value) AS id
                         FROM json_each(?1))
                     WHERE id > coalesce((SELECT id FROM pericarp_streams WHERE name = ?2), 0))
                 ORDER BY e.stream, e.version LIMIT ?3"
            )
        };
    }
    match names {
        Names::Joined => either_way!(select_joined),
        Names::Apart => either_way!(select_apart),
    }
}

/// One event.
pub(super) const EVENT: &str = select_apart!("WHERE e.id = ?1");

/// NULL if there is no event.
pub(super) const HEAD: &str = "SELECT max(position) FROM pericarp_events";

/// NULL if the stream has no event.
pub(super) const STREAM_VERSION: &str = "SELECT max(version) FROM pericarp_events
     WHERE stream = (SELECT id FROM pericarp_streams WHERE name = ?1)";

/// The log from the first event of a commit on.
pub(super) const COMMIT: &str = select_apart!(
    "WHERE e.position >= (SELECT position FROM pericarp_events WHERE id = ?1 AND ordinal = 0)
     ORDER BY e.position"
);

/// Fills `page` with a commit: from its first event to the one before the next commit's first.
pub(super) fn fill_commit(
    prepared: &mut Prepared<'_>,
    id: CommitId,
    page: &mut Page,
) -> rusqlite::Result<()> {
    let mut rows = prepared.query(COMMIT, &[Bytes(id.get().as_bytes())])?;
    while let Some(row) = rows.next()? {
        let event = named_event(row)?;
        if event.ordinal == 0 && !page.is_empty() {
            break;
        }
        page.push_beyond_limit(&event);
    }
    Ok(())
}

pub(super) fn head(connection: &Connection) -> rusqlite::Result<Position> {
    let mut statement = connection.prepare_cached(HEAD)?;
    let head: Option<i64> = statement.query_row([], |row| row.get(0))?;
    Ok(misfit::position(head.unwrap_or(0))?)
}

fn stream_version(connection: &Connection, stream: &StreamName) -> rusqlite::Result<Version> {
    let mut statement = connection.prepare_cached(STREAM_VERSION)?;
    let version = statement.query_row([stream.as_str()], |row| row.get(0))?;
    Ok(misfit::last_version(version)?)
}

pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

pub(super) fn json_array(words: Vec<&str>) -> String {
    serde_json::to_string(&words).unwrap_or_else(|_| String::from("[]"))
}

pub(super) fn failed(source: rusqlite::Error) -> ReadError {
    ReadError::Failed {
        source: source.into(),
    }
}
