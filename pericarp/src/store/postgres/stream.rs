use futures_util::TryStreamExt as _;
use sqlx::PgConnection;

use super::fault::PostgresFault;
use super::read::Question;
use super::row::{event, facts};
use super::statements::Statements;
use crate::Version;
use crate::store::{ReadStream, Visit};

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
        let stream = self.read.stream.clone();
        let page = self.read.clone().limit(VISITED_AT_ONCE);
        let mut rows = statements
            .query(statements.stream(&page))
            .bind(stream.as_str())
            .bind(page.from.get().cast_signed())
            .fetch(connection);
        let (mut left, mut last) = (VISITED_AT_ONCE, Version::NONE);
        let outcome = loop {
            let row = match rows.try_next().await {
                Ok(Some(row)) => row,
                Ok(None) => break Ok(false),
                Err(error) => break Err(error.into()),
            };
            if left == 0 {
                break Ok(true);
            }
            let viewed = if page.facts_only {
                facts(&row, stream.as_str())
            } else {
                event(&row, stream.as_str())
            };
            let record = match viewed {
                Ok(record) => record,
                Err(fault) => break Err(fault),
            };
            last = record.version;
            left -= 1;
            if self.visitor.visit(&record).is_break() {
                self.enough = true;
                break Ok(false);
            }
        };
        if last != Version::NONE {
            self.read = page.limit(self.read.limit).behind(last);
        }
        outcome
    }
}
