use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::append::{Batch, Verdict, duplicate, replay};
use super::appends::{Appending, Appends, Outcome};
use super::fault::{Kind, PostgresFault};
use super::known::Known;
use super::patience::{GRACE, Patience, within};
use super::wake::Wake;
use super::{PostgresOptions, statements::Statements};
use crate::store::{AppendError, Durability};
use crate::{Commit, Timestamp};

/// What appends: it collects what waits, and stores it as one transaction.
pub(super) struct Writer {
    options: PostgresOptions,
    connect: PgConnectOptions,
    statements: Arc<Statements>,
    connection: Option<PgConnection>,
    /// With each answer.
    patience: Patience,
    wake: Arc<Wake>,
    appends: Appends,
    /// How many the last batch had.
    last: usize,
    known: Known,
    /// Gone once it has ended.
    _running: watch::Sender<()>,
}

/// A fault, and whether an attempt may have stored what is left of the batch.
#[derive(Clone)]
struct Failure {
    fault: PostgresFault,
    may_be_stored: bool,
}

/// How many bytes one statement carries at most, unless a single commit is larger.
const BATCH_BYTES: usize = 16 << 20;
/// How often a batch that the server rolled back for somebody else's sake is sent again.
const TRIES: usize = 5;
const UNIQUE_VIOLATION: &str = "23505";

impl Writer {
    pub(super) fn new(
        options: PostgresOptions,
        statements: Arc<Statements>,
        connection: PgConnection,
        wake: Arc<Wake>,
        appends: Appends,
        running: watch::Sender<()>,
    ) -> Self {
        Self {
            connect: options.writer_connection(),
            patience: Patience::new(options.query_timeout.map(|timeout| timeout + GRACE)),
            options,
            statements,
            connection: Some(connection),
            wake,
            appends,
            last: 0,
            known: Known::default(),
            _running: running,
        }
    }

    /// Stores what is queued, once.
    pub(super) async fn turn(mut self: Box<Self>) -> Box<Self> {
        let mut batch = self.collect().await;
        self.last = batch.len();
        self.commit(&mut batch).await;
        self
    }

    /// Whether there is something to store, or soon will be: those who were answered together come
    /// back together.
    pub(super) fn expects_more(&self) -> bool {
        self.last > 1 || !self.appends.is_empty()
    }

    /// Stores what is queued, and ends.
    pub(super) async fn finish(mut self: Box<Self>) {
        // Whoever waits for a place, and may never look again, is not waited for.
        self.appends.close();
        self.last = 0;
        while !self.appends.is_empty() {
            let mut batch = self.collect().await;
            self.commit(&mut batch).await;
        }
        if let Some(connection) = self.connection.take() {
            // The log is whole whether or not the server hears the goodbye.
            let _ = timeout(GRACE, connection.close()).await;
        }
    }

    /// Takes what is queued, and lingers for as many as there were last time.
    async fn collect(&mut self) -> Vec<Appending> {
        let (most, start) = (self.options.queue_capacity, Instant::now());
        let mut batch = Vec::with_capacity(self.appends.len());
        loop {
            self.appends.take(&mut batch, most);
            if batch.len() >= self.last.min(most) || start.elapsed() >= self.options.linger {
                return batch;
            }
            // Those who were answered last come back as soon as they get to run, which is within
            // microseconds or not at all: a timer could not wait for so short a time.
            tokio::task::yield_now().await;
        }
    }

    async fn commit(&mut self, batch: &mut Vec<Appending>) {
        // Whoever gave up finds out by appending the same commit again.
        batch.retain(|appending| !appending.answer.is_closed());
        let mut queue = VecDeque::from(std::mem::take(batch));
        while !queue.is_empty() {
            let chunk = self.take_chunk(&mut queue);
            self.commit_chunk(chunk).await;
        }
        *batch = Vec::from(queue);
    }

    /// What one statement takes: a commit that comes twice has to wait for its own answer.
    fn take_chunk(&self, queue: &mut VecDeque<Appending>) -> Vec<Appending> {
        let (mut chunk, mut ids) = (Vec::with_capacity(queue.len()), HashSet::new());
        let (mut events, mut bytes) = (0, 0);
        while let Some(next) = queue.front() {
            events += next.commit.len();
            bytes += next.commit.bytes();
            let full = events > self.options.batch_size || bytes > BATCH_BYTES;
            if !chunk.is_empty() && full || !ids.insert(next.commit.id()) {
                break;
            }
            chunk.extend(queue.pop_front());
        }
        chunk
    }

    async fn commit_chunk(&mut self, mut chunk: Vec<Appending>) {
        if let Some(metrics) = &self.options.metrics {
            metrics.batch(chunk.len());
        }
        let Err(failure) = self.store(&mut chunk).await else {
            return;
        };
        for appending in chunk {
            let id = appending.commit.id();
            if failure.fault.kind() != Kind::Commit {
                let fault = failure.fault.clone();
                let error = fault.append_error(id, failure.may_be_stored);
                let _ = appending.answer.send(Err(error));
                continue;
            }
            // Whoever is to blame fails alone.
            let mut alone = vec![appending];
            if let Err(failure) = self.store(&mut alone).await {
                for Appending { commit, answer } in alone {
                    let error = self.blame(&commit, failure.clone()).await;
                    let _ = answer.send(Err(error));
                }
            }
        }
    }

    /// Stores commits, over a new connection if the last is gone: as their ids are found if they
    /// were stored before, doing it again does no harm. Whoever has his answer leaves the chunk, so
    /// that a failure is of those who are left.
    async fn store(&mut self, chunk: &mut Vec<Appending>) -> Result<(), Failure> {
        let deadline = Instant::now() + self.options.acquire_timeout;
        let (mut may_be_stored, mut tries) = (false, 0);
        loop {
            let fault = match self.attempt(chunk).await {
                Ok(()) => return Ok(()),
                Err(Attempt::NotSent(fault)) => fault,
                Err(Attempt::Sent(fault)) => {
                    may_be_stored |= fault.kind().may_be_stored();
                    fault
                }
                Err(Attempt::Known(fault)) => {
                    may_be_stored = true;
                    fault
                }
            };
            self.known.forget();
            tries += 1;
            let again = match fault.kind() {
                Kind::Elsewhere | Kind::Lost | Kind::Silent => {
                    self.connection = None;
                    Instant::now() < deadline
                }
                Kind::Passing => tries < TRIES,
                Kind::Commit | Kind::Refused => false,
            };
            if !again {
                return Err(Failure {
                    fault,
                    may_be_stored,
                });
            }
            let delay = Duration::from_millis(5) * (1 << tries.min(6));
            sleep(delay.min(deadline.saturating_duration_since(Instant::now()))).await;
        }
    }

    /// Stores those commits that are accepted as far as is known, and has the server decide on the
    /// rest: in steady state there is none.
    async fn attempt(&mut self, chunk: &mut Vec<Appending>) -> Result<(), Attempt> {
        let now = self.options.clock.now();
        self.insert(chunk, now).await?;
        if !chunk.is_empty() {
            self.decide(chunk, now).await?;
        }
        while let Some(Appending { commit, .. }) = chunk.last() {
            let statements = self.statements.clone();
            let (connection, patience) = self.connect().await.map_err(Attempt::Known)?;
            let first_answer = patience
                .wait(replay(connection, &statements, commit))
                .await
                .map_err(Attempt::Known)?;
            if let Some(appending) = chunk.pop() {
                let _ = appending.answer.send(first_answer);
            }
        }
        Ok(())
    }

    /// Stores what can be without a question, and leaves the rest.
    async fn insert(&mut self, chunk: &mut Vec<Appending>, now: Timestamp) -> Result<(), Attempt> {
        let commits: Vec<&Commit> = chunk.iter().map(|appending| &appending.commit).collect();
        let Some(rows) = self.known.rows(&commits, now) else {
            return Ok(());
        };
        let relaxed = self.options.durability == Durability::Relaxed;
        let statements = self.statements.clone();
        let (connection, patience) = self.connect().await.map_err(Attempt::NotSent)?;
        let stored = rows.store(connection, &statements, relaxed);
        match patience.wait(stored).await {
            Ok(true) => {
                self.wake.appended(rows.end.position);
                answer(chunk, rows.answers.into_iter().map(|answer| answer.map(Ok)));
            }
            Ok(false) => self.known.forget(),
            // An id is in the log already.
            Err(fault) if fault.sqlstate() == Some(UNIQUE_VIOLATION) => self.known.forget(),
            Err(fault) => return Err(Attempt::Sent(fault)),
        }
        Ok(())
    }

    /// Has the server decide on each commit, and store those it accepts. It leaves those that are
    /// known already.
    async fn decide(&mut self, chunk: &mut Vec<Appending>, now: Timestamp) -> Result<(), Attempt> {
        let relaxed = self.options.durability == Durability::Relaxed;
        let statements = self.statements.clone();
        let commits: Vec<&Commit> = chunk.iter().map(|appending| &appending.commit).collect();
        let batch = Batch::new(commits.iter().copied()).knowing(&self.known);
        let (connection, patience) = self.connect().await.map_err(Attempt::NotSent)?;
        let appended = patience
            .wait(batch.append(connection, &statements, now, relaxed, &commits))
            .await
            .map_err(Attempt::Sent)?;
        if !appended.same_log {
            self.known.forget();
        }
        self.known.learn(appended.before, appended.end);
        let mut ids = appended.stream_ids.as_slice();
        let mut outcomes = Vec::with_capacity(commits.len());
        for (commit, verdict) in commits.iter().zip(appended.verdicts) {
            let (of_commit, rest) = ids.split_at(commit.appends().count().min(ids.len()));
            ids = rest;
            outcomes.push(match verdict {
                Verdict::Stored(committed) => {
                    self.wake.appended(committed.last);
                    self.known.stored(&committed, of_commit);
                    Some(Ok(committed))
                }
                Verdict::Conflict(conflict) => Some(Err(conflict.into())),
                Verdict::Known => None,
            });
        }
        answer(chunk, outcomes.into_iter());
        Ok(())
    }

    async fn connect(&mut self) -> Result<(&mut PgConnection, &mut Patience), PostgresFault> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let patience = Some(self.options.acquire_timeout);
                within(patience, async {
                    Ok(PgConnection::connect_with(&self.connect).await?)
                })
                .await?
            }
        };
        Ok((self.connection.insert(connection), &mut self.patience))
    }

    /// What was wrong with a commit that the server refused.
    #[cold]
    async fn blame(&mut self, commit: &Commit, failure: Failure) -> AppendError {
        let Failure {
            fault,
            may_be_stored,
        } = failure;
        if fault.sqlstate() == Some(UNIQUE_VIOLATION) {
            let statements = self.statements.clone();
            if let Ok((connection, _)) = self.connect().await
                && let Ok(Some(event_id)) = duplicate(connection, &statements, commit).await
            {
                return AppendError::DuplicateEvent { event_id };
            }
        }
        fault.append_error(commit.id(), may_be_stored)
    }
}

enum Attempt {
    NotSent(PostgresFault),
    Sent(PostgresFault),
    /// What is left is in the log, and could not be read.
    Known(PostgresFault),
}

/// Tells those who have an outcome; the others stay.
fn answer(chunk: &mut Vec<Appending>, mut outcomes: impl Iterator<Item = Option<Outcome>>) {
    *chunk = std::mem::take(chunk)
        .into_iter()
        .filter_map(|appending| match outcomes.next().flatten() {
            Some(outcome) => {
                let _ = appending.answer.send(outcome);
                None
            }
            None => Some(appending),
        })
        .collect();
}
