use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use super::fault::PostgresFault;
use super::row::{event, facts, named_event};
use super::statements::Statements;
use crate::store::Read;
use crate::{CommitId, Page, Position, RecordedEvent, StreamName, Timestamp, Version};

/// A question that any connection answers.
pub(super) trait Question: Send {
    type Answer: Send;

    /// Asks; from the start, unless it remembers how far it came on a connection that was lost.
    fn ask(
        &mut self,
        connection: &mut PgConnection,
        statements: &Statements,
    ) -> impl Future<Output = Result<Self::Answer, PostgresFault>> + Send;
}

/// What a read selects, to be filled into a page.
pub(super) struct Fill {
    pub(super) read: Read,
    pub(super) page: Page,
}

impl Question for Fill {
    type Answer = ();

    async fn ask(
        &mut self,
        connection: &mut PgConnection,
        statements: &Statements,
    ) -> Result<(), PostgresFault> {
        let Self { read, page } = self;
        page.clear();
        match read {
            Read::Stream(read) => {
                let stream = read.stream.as_str();
                let rows = statements
                    .query(statements.stream(read))
                    .bind(stream)
                    .bind(read.from.get().cast_signed())
                    .fetch(connection);
                let view: View = if read.facts_only { facts } else { event };
                push_rows(rows, page, read.limit, view, stream).await
            }
            Read::Streams(read) => {
                let (after, version) = match &read.after {
                    Some((stream, version)) => (stream.as_str(), version.get().cast_signed()),
                    None => ("", 0),
                };
                let rows = statements
                    .query(statements.streams(read))
                    .bind(names(&read.streams))
                    .bind(after)
                    .bind(version)
                    .fetch(connection);
                push_rows(rows, page, read.limit, NAMED, "").await
            }
            Read::Log(read) => {
                let filter = &read.filter;
                // Each type is read by itself, so one that is named twice would come twice.
                let mut types: Vec<&str> = filter.types.iter().map(|name| name.as_str()).collect();
                types.sort_unstable();
                types.dedup();
                // No stored category holds a NUL, which PostgreSQL would not even look for.
                let categories: Vec<&str> = filter
                    .categories
                    .iter()
                    .map(String::as_str)
                    .filter(|category| !category.contains('\0'))
                    .collect();
                let rows = statements
                    .query(statements.log(read))
                    .bind(i64::try_from(read.past.get()).unwrap_or(i64::MAX))
                    .bind(types)
                    .bind(categories)
                    .bind(names(&filter.streams))
                    .bind(filter.since.map(Timestamp::as_micros))
                    .bind(filter.until.map(Timestamp::as_micros))
                    .fetch(connection);
                push_rows(rows, page, read.limit, NAMED, "").await
            }
            Read::Event(id) => {
                let rows = statements
                    .query(statements.event())
                    .bind(*id)
                    .fetch(connection);
                push_rows(rows, page, 1, NAMED, "").await
            }
            Read::Commit(id) => fill_commit(connection, statements, *id, page).await,
        }
    }
}

/// How an event is seen in a row, and in the name of its stream if that is known.
type View = for<'r> fn(&'r PgRow, &'r str) -> Result<RecordedEvent<'r>, PostgresFault>;
const NAMED: View = |row, _| named_event(row);

/// Fills a page with a whole commit, however large.
pub(super) async fn fill_commit(
    connection: &mut PgConnection,
    statements: &Statements,
    id: CommitId,
    page: &mut Page,
) -> Result<(), PostgresFault> {
    let mut rows = statements
        .query(statements.commit())
        .bind(id.get())
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        page.push_beyond_limit(&named_event(&row)?);
    }
    Ok(())
}

/// Pushes at most `limit` rows; the statement selects one more in order to tell whether there are.
async fn push_rows(
    mut rows: BoxStream<'_, sqlx::Result<PgRow>>,
    page: &mut Page,
    limit: usize,
    view: View,
    stream: &str,
) -> Result<(), PostgresFault> {
    let mut taken = 0;
    while let Some(row) = rows.try_next().await? {
        if taken == limit || !page.push(&view(&row, stream)?) {
            page.set_has_more(true);
            break;
        }
        taken += 1;
    }
    Ok(())
}

/// Where the log ends.
pub(super) struct Head;

impl Question for Head {
    type Answer = Position;

    async fn ask(
        &mut self,
        connection: &mut PgConnection,
        statements: &Statements,
    ) -> Result<Position, PostgresFault> {
        let head: i64 = sqlx::query_scalar(statements.head())
            .persistent(statements.named)
            .fetch_one(connection)
            .await?;
        Ok(Position::new(head.unsigned_abs()))
    }
}

/// The version that a stream has.
pub(super) struct VersionOf(pub(super) StreamName);

impl Question for VersionOf {
    type Answer = Version;

    async fn ask(
        &mut self,
        connection: &mut PgConnection,
        statements: &Statements,
    ) -> Result<Version, PostgresFault> {
        let version: i64 = sqlx::query_scalar(statements.stream_version())
            .persistent(statements.named)
            .bind(self.0.as_str())
            .fetch_one(connection)
            .await?;
        Ok(Version::new(version.unsigned_abs()))
    }
}

fn names(streams: &[StreamName]) -> Vec<&str> {
    streams.iter().map(StreamName::as_str).collect()
}
