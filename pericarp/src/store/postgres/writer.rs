use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::append::{Batch, Verdict, duplicate, replay};
use super::fault::{Kind, PostgresFault};
use super::wake::Wake;
use super::{PostgresOptions, statements::Statements};
use crate::store::{AppendError, Durability};
use crate::{Commit, Committed};

type Outcome = Result<Committed, AppendError>;

/// A commit on its way to the writer.
pub(super) struct Appending {
    pub(super) commit: Commit,
    pub(super) answer: oneshot::Sender<Outcome>,
}

/// The one task that appends: it collects what waits, and stores it as one transaction.
pub(super) struct Writer {
    options: PostgresOptions,
    connect: PgConnectOptions,
    statements: Arc<Statements>,
    connection: Option<PgConnection>,
    wake: Arc<Wake>,
}

/// A fault, and whether an attempt before it may have stored the batch.
struct Failure {
    fault: PostgresFault,
    may_be_stored: bool,
}

/// How many bytes one statement carries at most, unless a single commit is larger.
const BATCH_BYTES: usize = 16 << 20;
/// How often a batch that the server rolled back for somebody else's sake is sent again.
const TRIES: usize = 5;
/// How much longer to wait for an answer than the server says that it works on it.
pub(super) const GRACE: Duration = Duration::from_secs(2);

impl Writer {
    pub(super) fn new(
        options: PostgresOptions,
        statements: Arc<Statements>,
        connection: PgConnection,
        wake: Arc<Wake>,
    ) -> Self {
        Self {
            connect: options.connection(),
            options,
            statements,
            connection: Some(connection),
            wake,
        }
    }

    /// Commits what is queued, batch after batch, until nobody can append any more.
    pub(super) async fn run(mut self, mut appends: mpsc::Receiver<Appending>) {
        let mut batch = Vec::new();
        let mut expected = 1;
        while self.collect(&mut appends, &mut batch, expected).await {
            expected = batch.len();
            self.commit(&mut batch).await;
        }
        if let Some(connection) = self.connection.take() {
            // The log is whole whether or not the server hears the goodbye.
            let _ = timeout(GRACE, connection.close()).await;
        }
    }

    /// Waits for an append, then lingers for as many as there were last time; `false` at the end.
    async fn collect(
        &self,
        appends: &mut mpsc::Receiver<Appending>,
        batch: &mut Vec<Appending>,
        expected: usize,
    ) -> bool {
        let most = self.options.queue_capacity;
        if appends.recv_many(batch, most).await == 0 {
            return false;
        }
        let start = Instant::now();
        // Those who were answered last come back as soon as they get to run, which is within
        // microseconds or not at all: a timer could not wait for so short a time.
        while batch.len() < expected && start.elapsed() < self.options.linger {
            tokio::task::yield_now().await;
            while batch.len() < most
                && let Ok(appending) = appends.try_recv()
            {
                batch.push(appending);
            }
        }
        true
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

    async fn commit_chunk(&mut self, chunk: Vec<Appending>) {
        let commits: Vec<&Commit> = chunk.iter().map(|appending| &appending.commit).collect();
        match self.store(&commits).await {
            Ok(outcomes) => {
                for (appending, outcome) in chunk.into_iter().zip(outcomes) {
                    let _ = appending.answer.send(outcome);
                }
            }
            // Whoever is to blame fails alone.
            Err(failure) if failure.fault.kind() == Kind::Commit => {
                for appending in chunk {
                    let outcome = match self.store(&[&appending.commit]).await {
                        Ok(mut outcomes) => outcomes.swap_remove(0),
                        Err(failure) => Err(self.blame(&appending.commit, failure).await),
                    };
                    let _ = appending.answer.send(outcome);
                }
            }
            Err(Failure {
                fault,
                may_be_stored,
            }) => {
                for Appending { commit, answer } in chunk {
                    let error = fault.clone().append_error(commit.id(), may_be_stored);
                    let _ = answer.send(Err(error));
                }
            }
        }
    }

    /// Stores commits as one transaction, over a new connection if the last is gone: as their ids
    /// are found if they were stored before, doing it again does no harm.
    async fn store(&mut self, commits: &[&Commit]) -> Result<Vec<Outcome>, Failure> {
        let batch = Batch::new(commits.iter().copied());
        let deadline = Instant::now() + self.options.acquire_timeout;
        let (mut may_be_stored, mut tries) = (false, 0);
        loop {
            let fault = match self.attempt(&batch, commits).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(Attempt::NotSent(fault)) => fault,
                Err(Attempt::Sent(fault)) => {
                    may_be_stored |= fault.kind().may_be_stored();
                    fault
                }
            };
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

    async fn attempt(
        &mut self,
        batch: &Batch<'_>,
        commits: &[&Commit],
    ) -> Result<Vec<Outcome>, Attempt> {
        let patience = self.options.query_timeout.map(|timeout| timeout + GRACE);
        let now = self.options.clock.now();
        let relaxed = self.options.durability == Durability::Relaxed;
        let statements = self.statements.clone();
        let connection = self.connect().await.map_err(Attempt::NotSent)?;
        let verdicts = within(
            patience,
            batch.append(connection, &statements, now, relaxed, commits),
        )
        .await
        .map_err(Attempt::Sent)?;
        let mut outcomes = Vec::with_capacity(commits.len());
        for (commit, verdict) in commits.iter().zip(verdicts) {
            outcomes.push(match verdict {
                Verdict::Stored(committed) => {
                    self.wake.appended(committed.last);
                    Ok(committed)
                }
                Verdict::Conflict(conflict) => Err(conflict.into()),
                Verdict::Known => {
                    let connection = self.connect().await.map_err(Attempt::Sent)?;
                    within(patience, replay(connection, &statements, commit))
                        .await
                        .map_err(Attempt::Sent)?
                }
            });
        }
        Ok(outcomes)
    }

    async fn connect(&mut self) -> Result<&mut PgConnection, PostgresFault> {
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
        Ok(self.connection.insert(connection))
    }

    /// What was wrong with a commit that the server refused.
    #[cold]
    async fn blame(&mut self, commit: &Commit, failure: Failure) -> AppendError {
        let Failure {
            fault,
            may_be_stored,
        } = failure;
        if fault.sqlstate() == Some("23505") {
            let statements = self.statements.clone();
            if let Ok(connection) = self.connect().await
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
}

/// Waits at most so long for an answer. A connection that did not answer is given up.
pub(super) async fn within<T>(
    patience: Option<Duration>,
    answer: impl Future<Output = Result<T, PostgresFault>>,
) -> Result<T, PostgresFault> {
    match patience {
        Some(patience) => timeout(patience, answer)
            .await
            .unwrap_or_else(|_| Err(PostgresFault::no_answer())),
        None => answer.await,
    }
}
