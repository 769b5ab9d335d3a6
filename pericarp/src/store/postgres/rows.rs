use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::fault::PostgresFault;
use super::json::Json;
use super::known::End;
use super::statements::Statements;
use crate::store::CommitPlan;
use crate::{Commit, Committed, Timestamp};

/// Events as columns of the log, complete but for nothing: to be stored right behind an end of it.
#[derive(Debug)]
pub(super) struct Rows<'c> {
    /// The log must end here for the rows to be right.
    after: End,
    /// Where it ends with them.
    pub(super) end: End,
    /// For each commit, the answer once the rows are stored; `None` if it has none among them.
    pub(super) answers: Vec<Option<Committed>>,
    places: Vec<i64>,
    streams: Vec<i64>,
    versions: Vec<i64>,
    occurred: Vec<i64>,
    ids: Vec<Uuid>,
    schema_versions: Vec<i64>,
    ordinals: Vec<i32>,
    types: Vec<&'c str>,
    payloads: Vec<Json<'c>>,
    metadatas: Vec<Json<'c>>,
}

impl<'c> Rows<'c> {
    pub(super) fn after(end: End, now: Timestamp) -> Self {
        Self {
            after: end,
            end: End {
                recorded_at: end.recorded_at.max(now),
                ..end
            },
            answers: Vec::new(),
            places: Vec::new(),
            streams: Vec::new(),
            versions: Vec::new(),
            occurred: Vec::new(),
            ids: Vec::new(),
            schema_versions: Vec::new(),
            ordinals: Vec::new(),
            types: Vec::new(),
            payloads: Vec::new(),
            metadatas: Vec::new(),
        }
    }

    /// Adds the events of a commit, if there is a plan for them, and says where.
    pub(super) fn push(
        &mut self,
        commit: &'c Commit,
        plan: Option<CommitPlan<i64>>,
    ) -> Option<&Committed> {
        let Some(plan) = plan else {
            self.answers.push(None);
            return None;
        };
        let first = self.end.position.next();
        let turns = plan.streams.iter().zip(&plan.targets);
        let mut ordinal = 0;
        for ((_, events), (turn, stream)) in commit.appends().zip(turns) {
            let first = turn.first.get().cast_signed();
            for (version, event) in (first..).zip(events) {
                self.end.position = self.end.position.next();
                self.places.push(self.end.position.get().cast_signed());
                self.streams.push(*stream);
                self.versions.push(version);
                self.occurred.push(event.occurred_at.as_micros());
                self.end.id = event.id.unwrap_or_default();
                self.ids.push(self.end.id);
                self.schema_versions.push(event.schema_version.into());
                self.ordinals.push(ordinal);
                self.types.push(event.event_type.as_str());
                self.payloads.push(Json(event.data));
                self.metadatas.push(Json(event.metadata));
                ordinal += 1;
            }
        }
        let End {
            position: last,
            recorded_at,
            ..
        } = self.end;
        let mut committed = Committed::new(commit.id(), first, last, recorded_at);
        committed.streams = plan.streams;
        self.answers.push(Some(committed));
        self.answers.last()?.as_ref()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Stores all of them in one round trip, or none if the log does not end where it should, or
    /// somebody else is appending.
    pub(super) async fn store(
        &self,
        connection: &mut PgConnection,
        statements: &Statements,
        relaxed: bool,
    ) -> Result<bool, PostgresFault> {
        let sql = match self.ids.len() {
            1 => &statements.insert_one,
            _ => &statements.insert,
        };
        let query = statements
            .query(AssertSqlSafe(sql.clone()))
            .bind(self.after.position.get().cast_signed())
            .bind(self.after.id)
            .bind(relaxed);
        let recorded_at = self.end.recorded_at.as_micros();
        let done = match self.payloads.as_slice() {
            [data] => query
                .bind(self.places[0])
                .bind(self.streams[0])
                .bind(self.versions[0])
                .bind(self.occurred[0])
                .bind(recorded_at)
                .bind(self.ids[0])
                .bind(self.schema_versions[0])
                .bind(self.ordinals[0])
                .bind(self.types[0])
                .bind(data)
                .bind(&self.metadatas[0]),
            payloads => query
                .bind(recorded_at)
                .bind(&self.places)
                .bind(&self.streams)
                .bind(&self.versions)
                .bind(&self.occurred)
                .bind(&self.ids)
                .bind(&self.schema_versions)
                .bind(&self.ordinals)
                .bind(&self.types)
                .bind(payloads)
                .bind(&self.metadatas),
        }
        .execute(connection)
        .await?;
        Ok(done.rows_affected() > 0)
    }
}
