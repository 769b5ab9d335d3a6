use std::collections::HashMap;

use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::fault::PostgresFault;
use super::read::fill_commit;
use super::statements::Statements;
use crate::store::{AppendError, Conflict, is_replay_of};
use crate::{
    Commit, Committed, Expected, Page, Position, StreamCommitted, StreamName, Timestamp, Version,
};

/// Commits as the arrays that `pericarp_append` takes. Indexes count from 1, as in SQL.
#[derive(Debug, Default)]
pub(super) struct Batch<'c> {
    commit_ids: Vec<Uuid>,
    commit_turns: Vec<i32>,
    turn_streams: Vec<i32>,
    turn_expected: Vec<i64>,
    turn_events: Vec<i32>,
    stream_names: Vec<&'c str>,
    categories: Vec<&'c str>,
    event_commits: Vec<i32>,
    event_turns: Vec<i32>,
    ordinals: Vec<i32>,
    steps: Vec<i32>,
    ids: Vec<Uuid>,
    types: Vec<&'c str>,
    schema_versions: Vec<i64>,
    occurred: Vec<i64>,
    payloads: Vec<&'c str>,
    metadatas: Vec<&'c str>,
}

/// What the function said of one commit.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is stored, or has nothing to store.
    Stored(Committed),
    /// A turn of it conflicts.
    Conflict(Conflict),
    /// An event with its id is in the log.
    Known,
}

impl<'c> Batch<'c> {
    pub(super) fn new(commits: impl IntoIterator<Item = &'c Commit>) -> Self {
        let mut batch = Self::default();
        let mut streams: HashMap<&str, i32> = HashMap::new();
        for commit in commits {
            batch.push(commit, &mut streams);
        }
        batch
    }

    fn push(&mut self, commit: &'c Commit, streams: &mut HashMap<&'c str, i32>) {
        self.commit_ids.push(commit.id().get());
        let number = self.commit_ids.len() as i32;
        let mut ordinal = 0;
        for (append, events) in commit.appends() {
            let name = append.stream.as_str();
            let stream = *streams.entry(name).or_insert_with(|| {
                self.stream_names.push(name);
                self.categories.push(append.stream.category());
                self.stream_names.len() as i32
            });
            self.turn_streams.push(stream);
            self.turn_expected.push(expected(append.expected));
            self.turn_events.push(events.len() as i32);
            let turn = self.turn_streams.len() as i32;
            for (step, event) in (1..).zip(events) {
                self.event_commits.push(number);
                self.event_turns.push(turn);
                self.ordinals.push(ordinal);
                self.steps.push(step);
                self.ids.push(event.id.unwrap_or_default());
                self.types.push(event.event_type.as_str());
                self.schema_versions.push(event.schema_version.into());
                self.occurred.push(event.occurred_at.as_micros());
                self.payloads.push(event.data);
                self.metadatas.push(event.metadata);
                ordinal += 1;
            }
        }
        self.commit_turns.push(self.turn_streams.len() as i32);
    }

    /// Stores the batch in one round trip: each commit gets its own verdict.
    pub(super) async fn append(
        &self,
        connection: &mut PgConnection,
        statements: &Statements,
        now: Timestamp,
        relaxed: bool,
        commits: &[&Commit],
    ) -> Result<Vec<Verdict>, PostgresFault> {
        let row = statements
            .query(AssertSqlSafe(statements.append.clone()))
            .bind(&self.commit_ids)
            .bind(&self.commit_turns)
            .bind(&self.turn_streams)
            .bind(&self.turn_expected)
            .bind(&self.turn_events)
            .bind(&self.stream_names)
            .bind(&self.categories)
            .bind(&self.event_commits)
            .bind(&self.event_turns)
            .bind(&self.ordinals)
            .bind(&self.steps)
            .bind(&self.ids)
            .bind(&self.types)
            .bind(&self.schema_versions)
            .bind(&self.occurred)
            .bind(&self.payloads)
            .bind(&self.metadatas)
            .bind(now.as_micros())
            .bind(relaxed)
            .fetch_one(connection)
            .await?;
        let first: Vec<i64> = row.try_get(0)?;
        let conflict: Vec<i32> = row.try_get(1)?;
        let before: Vec<i64> = row.try_get(2)?;
        let recorded = Timestamp::from_micros(row.try_get(3)?);
        let version =
            |turn: usize| Version::new(before.get(turn).copied().unwrap_or(0).unsigned_abs());
        let mut verdicts = Vec::with_capacity(commits.len());
        let mut turn = 0;
        for ((commit, first), conflict) in commits.iter().zip(first).zip(conflict) {
            verdicts.push(match first {
                -1 => Verdict::Known,
                -2 => {
                    let turn_of_commit = (conflict as usize).saturating_sub(turn + 1);
                    let actual = version((conflict as usize).saturating_sub(1));
                    match commit.appends().nth(turn_of_commit) {
                        Some((append, _)) => Verdict::Conflict(Conflict::new(
                            append.stream.clone(),
                            append.expected,
                            actual,
                        )),
                        None => return Err(PostgresFault::nonsense()),
                    }
                }
                _ => {
                    let mut answer = if commit.is_empty() {
                        Committed::nothing(commit.id())
                    } else {
                        let first = first.unsigned_abs();
                        let last = first + commit.len() as u64 - 1;
                        let (first, last) = (Position::new(first), Position::new(last));
                        Committed::new(commit.id(), first, last, recorded)
                    };
                    for (number, (append, events)) in commit.appends().enumerate() {
                        answer.streams.push(StreamCommitted::after(
                            append.stream.clone(),
                            version(turn + number),
                            events.len(),
                        ));
                    }
                    Verdict::Stored(answer)
                }
            });
            turn += commit.appends().count();
        }
        if verdicts.len() == commits.len() {
            Ok(verdicts)
        } else {
            Err(PostgresFault::nonsense())
        }
    }
}

/// The answer to a commit whose id is in the log: the first one, if it is the same commit.
#[cold]
pub(super) async fn replay(
    connection: &mut PgConnection,
    statements: &Statements,
    commit: &Commit,
) -> Result<Result<Committed, AppendError>, PostgresFault> {
    let mut page = Page::new();
    fill_commit(connection, statements, commit.id(), &mut page).await?;
    let mut before = HashMap::new();
    if let Some(first) = page.first() {
        for (append, events) in commit.appends() {
            if events.len() == 0 {
                let version: i64 = sqlx::query_scalar(statements.version_before())
                    .persistent(statements.named)
                    .bind(append.stream.as_str())
                    .bind(first.position.get().cast_signed())
                    .fetch_one(&mut *connection)
                    .await?;
                before.insert(&append.stream, Version::new(version.unsigned_abs()));
            }
        }
    }
    let version_before = |stream: &StreamName, _| -> Result<Version, std::convert::Infallible> {
        Ok(before.get(stream).copied().unwrap_or_default())
    };
    let Ok(first_answer) = is_replay_of(commit, &page, version_before);
    Ok(first_answer.ok_or_else(|| {
        if page.is_empty() {
            AppendError::DuplicateEvent {
                event_id: commit.id().get(),
            }
        } else {
            AppendError::CommitIdReused { id: commit.id() }
        }
    }))
}

/// Which event of a commit is in its way: one that is in the log already, or twice in the commit.
#[cold]
pub(super) async fn duplicate(
    connection: &mut PgConnection,
    statements: &Statements,
    commit: &Commit,
) -> Result<Option<Uuid>, PostgresFault> {
    let mut ids: Vec<Uuid> = (0..commit.len())
        .filter_map(|ordinal| commit.event(ordinal)?.id)
        .collect();
    let known: Option<Uuid> = sqlx::query_scalar(statements.known_ids())
        .persistent(statements.named)
        .bind(&ids)
        .fetch_optional(connection)
        .await?;
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
    Ok(known.or(twice.map(|pair| pair[0])))
}

fn expected(expected: Expected) -> i64 {
    match expected {
        Expected::Any => -1,
        Expected::Exists => -2,
        Expected::NoStream => 0,
        // No stream has more events than the log has positions.
        Expected::Version(version) => i64::try_from(version.get()).unwrap_or(i64::MAX),
    }
}
