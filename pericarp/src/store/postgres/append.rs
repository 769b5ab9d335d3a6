use std::collections::HashMap;

use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::fault::PostgresFault;
use super::json::Json;
use super::known::{End, Known, KnownStreams};
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
    commit_events: Vec<i32>,
    turn_streams: Vec<i32>,
    turn_expected: Vec<i64>,
    turn_events: Vec<i32>,
    turn_ordinals: Vec<i32>,
    turn_places: Vec<i64>,
    turn_versions: Vec<i64>,
    stream_names: Vec<&'c str>,
    categories: Vec<&'c str>,
    known: KnownStreams,
    event_turns: Vec<i32>,
    event_steps: Vec<i32>,
    ids: Vec<Uuid>,
    types: Vec<&'c str>,
    schema_versions: Vec<i64>,
    occurred: Vec<i64>,
    payloads: Vec<Json<'c>>,
    metadatas: Vec<Json<'c>>,
}

/// A stream of a batch: its index, and how many events go to it.
type Streams<'c> = HashMap<&'c str, (i32, i64)>;

/// What the function answers.
#[derive(Debug)]
pub(super) struct Appended {
    pub(super) verdicts: Vec<Verdict>,
    /// Whether the log has the event that the writer left at its end.
    pub(super) same_log: bool,
    /// Where the log ended before it.
    pub(super) before: End,
    /// And where it ends now.
    pub(super) end: End,
    /// For each turn, the id of its stream, if there is such a stream.
    pub(super) stream_ids: Vec<Option<i64>>,
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
        let mut streams = Streams::new();
        for commit in commits {
            batch.push(commit, &mut streams);
        }
        batch
    }

    /// Says what is known of the streams, so that less has to be looked up.
    pub(super) fn knowing(mut self, known: &Known) -> Self {
        self.known = known.of(&self.stream_names);
        self
    }

    fn push(&mut self, commit: &'c Commit, streams: &mut Streams<'c>) {
        self.commit_ids.push(commit.id().get());
        let place = self.ids.len();
        for (append, events) in commit.appends() {
            let name = append.stream.as_str();
            let (stream, version) = streams.entry(name).or_insert_with(|| {
                self.stream_names.push(name);
                self.categories.push(append.stream.category());
                (self.stream_names.len() as i32, 0)
            });
            self.turn_streams.push(*stream);
            self.turn_expected.push(expected(append.expected));
            self.turn_events.push(events.len() as i32);
            self.turn_ordinals.push((self.ids.len() - place) as i32);
            self.turn_places.push(self.ids.len() as i64);
            self.turn_versions.push(*version);
            *version += events.len() as i64;
            let turn = self.turn_streams.len() as i32;
            for (step, event) in (1..).zip(events) {
                self.event_turns.push(turn);
                self.event_steps.push(step);
                self.ids.push(event.id.unwrap_or_default());
                self.types.push(event.event_type.as_str());
                self.schema_versions.push(event.schema_version.into());
                self.occurred.push(event.occurred_at.as_micros());
                self.payloads.push(Json(event.data));
                self.metadatas.push(Json(event.metadata));
            }
        }
        self.commit_turns.push(self.turn_streams.len() as i32);
        self.commit_events.push(commit.len() as i32);
    }

    /// Stores the batch in one round trip: each commit gets its own verdict.
    pub(super) async fn append(
        &self,
        connection: &mut PgConnection,
        statements: &Statements,
        now: Timestamp,
        relaxed: bool,
        commits: &[&Commit],
    ) -> Result<Appended, PostgresFault> {
        let row = statements
            .query(AssertSqlSafe(statements.append.clone()))
            .bind(&self.commit_ids)
            .bind(&self.commit_turns)
            .bind(&self.commit_events)
            .bind(&self.turn_streams)
            .bind(&self.turn_expected)
            .bind(&self.turn_events)
            .bind(&self.turn_ordinals)
            .bind(&self.turn_places)
            .bind(&self.turn_versions)
            .bind(&self.stream_names)
            .bind(&self.categories)
            .bind(&self.known.ids)
            .bind(&self.known.versions)
            .bind(self.known.at.map(|at| at.get().cast_signed()))
            .bind(self.known.end.map(|end| end.position.get().cast_signed()))
            .bind(self.known.end.map(|end| end.id))
            .bind(&self.event_turns)
            .bind(&self.event_steps)
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
        let codes: Vec<i32> = row.try_get(0)?;
        let places: Vec<i64> = row.try_get(1)?;
        let before: Vec<i64> = row.try_get(2)?;
        let recorded = Timestamp::from_micros(row.try_get(3)?);
        let start: i64 = row.try_get(4)?;
        let start_id: Option<Uuid> = row.try_get(5)?;
        let same_log: bool = row.try_get(6)?;
        let stream_ids: Vec<Option<i64>> = row.try_get(7)?;
        let turns = self.turn_streams.len();
        let sizes = (codes.len(), places.len(), before.len(), stream_ids.len());
        if sizes != (commits.len(), turns, turns, self.stream_names.len()) {
            return Err(PostgresFault::nonsense());
        }
        let start = End {
            position: Position::new(start.unsigned_abs()),
            id: start_id.unwrap_or_default(),
            recorded_at: recorded,
        };
        let mut end = start;
        let mut verdicts = Vec::with_capacity(commits.len());
        let mut turn = 0;
        for (commit, code) in commits.iter().zip(codes) {
            let turns = commit.appends().count();
            verdicts.push(match code {
                0 => {
                    let answer = stored(commit, &places[turn..], &before[turn..], recorded);
                    if let Some(last) = commit.event(commit.len().wrapping_sub(1)) {
                        (end.position, end.id) = (answer.last, last.id.unwrap_or_default());
                    }
                    Verdict::Stored(answer)
                }
                -1 => Verdict::Known,
                // Of all turns, from 1.
                conflict => {
                    let conflict = (conflict.unsigned_abs() as usize).wrapping_sub(turn + 1);
                    let (append, _) = commit
                        .appends()
                        .nth(conflict)
                        .ok_or_else(PostgresFault::nonsense)?;
                    Verdict::Conflict(Conflict::new(
                        append.stream.clone(),
                        append.expected,
                        Version::new(before[turn + conflict].unsigned_abs()),
                    ))
                }
            });
            turn += turns;
        }
        let of_turn = |stream: &i32| stream_ids[stream.unsigned_abs() as usize - 1];
        Ok(Appended {
            verdicts,
            same_log,
            before: start,
            end,
            stream_ids: self.turn_streams.iter().map(of_turn).collect(),
        })
    }
}

/// The answer to a commit that is stored, from the positions and versions before its turns.
fn stored(commit: &Commit, places: &[i64], before: &[i64], recorded: Timestamp) -> Committed {
    let mut answer = match places.first() {
        Some(place) if !commit.is_empty() => {
            let place = place.unsigned_abs();
            let (first, last) = (place + 1, place + commit.len() as u64);
            let (first, last) = (Position::new(first), Position::new(last));
            Committed::new(commit.id(), first, last, recorded)
        }
        _ => Committed::nothing(commit.id()),
    };
    for ((append, events), before) in commit.appends().zip(before) {
        let before = Version::new(before.unsigned_abs());
        let stream = append.stream.clone();
        answer
            .streams
            .push(StreamCommitted::after(stream, before, events.len()));
    }
    answer
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
