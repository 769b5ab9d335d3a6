use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use super::fault::PostgresFault;
use super::read::Question;
use super::row::{self, event, facts};
use super::statements::Statements;
use crate::store::snapshot::unread;
use crate::store::visit::wants_snapshot;
use crate::store::{Direction, ReadStream, Visit};

/// Events that are visited in the rows that brought them, and events of each page behind them.
pub(super) const VISITED_AT_ONCE: usize = 1_024;

/// A visitor on its way, who goes on where it was if a connection is lost.
pub(super) struct Visiting<V> {
    pub(super) visitor: V,
    pub(super) read: ReadStream,
    pub(super) enough: bool,
}

impl<V: Visit> Question for Visiting<V> {
    /// Whether there may be more.
    type Answer = bool;

    async fn ask(
        &mut self,
        connection: &mut PgConnection,
        statements: &Statements,
    ) -> Result<bool, PostgresFault> {
        let page = self.read.clone().limit(VISITED_AT_ONCE);
        let stream = page.stream.as_str();
        if wants_snapshot(&page, &self.visitor) {
            let rows = statements
                .query(statements.stream_behind_snapshot(&page))
                .bind(stream)
                .fetch(&mut *connection);
            match self.visit_behind_snapshot(rows).await {
                Ok(Some(more)) => return Ok(more),
                Ok(None) => {}
                // Whatever is wrong with it is no reason not to read the stream.
                Err(fault) if self.read.from == page.from && may_be_its_own(&fault) => {
                    unread(&page.stream, &fault);
                }
                Err(fault) => return Err(fault),
            }
        }
        let rows = statements
            .query(statements.stream(&page))
            .bind(stream)
            .bind(page.from.get().cast_signed())
            .fetch(connection);
        self.visit_rows(rows, VISITED_AT_ONCE).await
    }
}

/// Whether it may be the fault of the snapshot, and not of the connection or of the time it takes.
fn may_be_its_own(fault: &PostgresFault) -> bool {
    !fault.kind().ends_connection() && fault.sqlstate() != Some("57014")
}

impl<V: Visit> Visiting<V> {
    /// The snapshot is in the first row. `None` if the visitor cannot go on from it.
    async fn visit_behind_snapshot(
        &mut self,
        mut rows: BoxStream<'_, sqlx::Result<PgRow>>,
    ) -> Result<Option<bool>, PostgresFault> {
        let Some(first) = rows.try_next().await? else {
            return Ok(Some(false));
        };
        if let Some(snapshot) = row::snapshot(&first)? {
            if !self.visitor.restore(&snapshot) {
                return Ok(None);
            }
            self.read = self.read.clone().behind(snapshot.version);
        }
        if !row::has_event(&first)? || self.visit_row(&first)? {
            return Ok(Some(false));
        }
        self.visit_rows(rows, VISITED_AT_ONCE - 1).await.map(Some)
    }

    /// Visits events until there are no more, it has seen enough, or `left` of them.
    async fn visit_rows(
        &mut self,
        mut rows: BoxStream<'_, sqlx::Result<PgRow>>,
        mut left: usize,
    ) -> Result<bool, PostgresFault> {
        while let Some(row) = rows.try_next().await? {
            if left == 0 {
                return Ok(true);
            }
            left -= 1;
            if self.visit_row(&row)? {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Visits an event, and says whether it has seen enough.
    fn visit_row(&mut self, row: &PgRow) -> Result<bool, PostgresFault> {
        let view = if self.read.facts_only { facts } else { event };
        let last = {
            let record = view(row, self.read.stream.as_str())?;
            self.enough = self.visitor.visit(&record).is_break();
            record.version
        };
        self.read.from = match self.read.direction {
            Direction::Forward => last.next(),
            Direction::Backward => last.previous(),
        };
        Ok(self.enough)
    }
}
