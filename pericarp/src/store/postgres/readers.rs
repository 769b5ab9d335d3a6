use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, Postgres};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::PostgresOptions;
use super::fault::{Kind, PostgresFault};
use super::patience::{GRACE, within};
use super::read::Question;
use super::statements::Statements;
use crate::store::ReadError;

/// The connections that answer questions.
///
/// Nobody else gets at them: what comes back in the middle of somebody's transaction would be lent
/// to the next, and sqlx does not tell (<https://github.com/transact-rs/sqlx/issues/4393>).
pub(super) struct Readers {
    pool: PgPool,
    connect: PgConnectOptions,
    statements: Arc<Statements>,
    acquire_timeout: Duration,
    patience: Option<Duration>,
    lent: Arc<AtomicU32>,
    runtime: Handle,
}

/// How long to wait before a connection is tried again that was lost while it was made.
const PAUSE: Duration = Duration::from_millis(20);

impl Readers {
    /// Connects once it is asked, unless some connections are to be ready.
    pub(super) async fn open(
        options: &PostgresOptions,
        statements: Arc<Statements>,
        runtime: Handle,
    ) -> sqlx::Result<Self> {
        let connect = options.connection();
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            .min_connections(options.min_connections)
            .acquire_timeout(options.acquire_timeout)
            .idle_timeout(options.idle_timeout)
            .max_lifetime(options.max_lifetime)
            // A ping for each read would cost as much as a read.
            .test_before_acquire(false);
        let pool = if options.min_connections > 0 {
            pool.connect_with(connect.clone()).await?
        } else {
            pool.connect_lazy_with(connect.clone())
        };
        Ok(Self {
            pool,
            connect,
            statements,
            acquire_timeout: options.acquire_timeout,
            patience: options.query_timeout.map(|timeout| timeout + GRACE),
            lent: Arc::default(),
            runtime,
        })
    }

    /// Asks on a connection of the pool. Idle connections do not know that the server went away, so
    /// one that turns out to be gone is replaced, for as many as there may be.
    pub(super) async fn ask<Q: Question>(
        &self,
        mut question: Q,
    ) -> Result<(Q, Q::Answer), ReadError> {
        let mut gone = self.pool.options().get_max_connections();
        loop {
            let fault = match self.lend().await {
                Ok(mut lease) => {
                    let answer = lease.ask(&mut question, &self.statements);
                    match within(self.patience, answer).await {
                        Ok(answer) => return Ok((question, answer)),
                        Err(fault) => {
                            if fault.kind().ends_connection() {
                                lease.give_up();
                            }
                            fault
                        }
                    }
                }
                Err(fault) => return Err(self.failed(fault)),
            };
            let again = matches!(fault.kind(), Kind::Lost | Kind::Elsewhere);
            if !again || gone == 0 {
                return Err(self.failed(fault));
            }
            gone -= 1;
        }
    }

    /// Asks from a task of the store's own runtime, whoever waits for the answer and where.
    pub(super) fn spawn<Q: Question + 'static>(
        self: &Arc<Self>,
        question: Q,
    ) -> JoinHandle<Result<(Q, Q::Answer), ReadError>> {
        let readers = self.clone();
        self.spawn_task(async move { readers.ask(question).await })
    }

    /// Runs a task on the store's own runtime.
    pub(super) fn spawn_task<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.runtime.spawn(task)
    }

    /// How many connections there are, and how many of them are not in use.
    pub(super) fn open_and_idle(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    fn failed(&self, fault: PostgresFault) -> ReadError {
        if self.pool.is_closed() {
            ReadError::Closed
        } else {
            fault.read_error()
        }
    }

    async fn lend(&self) -> Result<Lease, PostgresFault> {
        let deadline = Instant::now() + self.acquire_timeout;
        loop {
            let fault = match self.pool.acquire().await {
                Ok(connection) => return Ok(Lease::new(connection, self)),
                Err(sqlx::Error::PoolTimedOut) => return Err(self.why().await),
                Err(error) => PostgresFault::from(error),
            };
            // A server that shuts down hangs up on those who come in.
            if fault.kind() != Kind::Lost || Instant::now() + PAUSE >= deadline {
                return Err(fault);
            }
            sleep(PAUSE).await;
        }
    }

    /// Why there was no connection to be had in time. The pool tries until then, and does not say.
    #[cold]
    async fn why(&self) -> PostgresFault {
        if self.lent.load(Ordering::SeqCst) >= self.pool.options().get_max_connections() {
            return sqlx::Error::PoolTimedOut.into();
        }
        match timeout(GRACE, PgConnection::connect_with(&self.connect)).await {
            Ok(Err(error)) => error.into(),
            Ok(Ok(connection)) => {
                // It was only made to hear what the server says.
                let _ = timeout(GRACE, connection.close()).await;
                let waited = self.acquire_timeout;
                PostgresFault::new(
                    format!("no connection could be made within {waited:?}"),
                    Kind::Refused,
                )
            }
            Err(_) => PostgresFault::no_answer(),
        }
    }
}

/// A connection that is lent to a question, and goes back to the pool, whoever drops it and where.
struct Lease {
    /// Gone once it is given back.
    connection: Option<PoolConnection<Postgres>>,
    given_up: bool,
    lent: Arc<AtomicU32>,
    runtime: Handle,
}

impl Lease {
    fn new(connection: PoolConnection<Postgres>, readers: &Readers) -> Self {
        readers.lent.fetch_add(1, Ordering::SeqCst);
        Self {
            connection: Some(connection),
            given_up: false,
            lent: readers.lent.clone(),
            runtime: readers.runtime.clone(),
        }
    }

    async fn ask<Q: Question>(
        &mut self,
        question: &mut Q,
        statements: &Statements,
    ) -> Result<Q::Answer, PostgresFault> {
        match &mut self.connection {
            Some(connection) => question.ask(connection, statements).await,
            None => Err(PostgresFault::no_answer()),
        }
    }

    /// It is of no more use, and to be closed.
    const fn give_up(&mut self) {
        self.given_up = true;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Where a future is dropped there need be no runtime.
        let _runtime = self.runtime.enter();
        let (connection, lent) = (self.connection.take(), self.lent.clone());
        let given_up = self.given_up;
        self.runtime.spawn(async move {
            match connection {
                Some(mut connection) if given_up => connection.close_on_drop(),
                // What is left of an answer is read first. A server that does not send it would
                // keep the connection, and its place in the pool, for as long as TCP hopes.
                Some(mut connection) => {
                    let _ = timeout(GRACE, connection.return_to_pool()).await;
                }
                None => {}
            }
            lent.fetch_sub(1, Ordering::SeqCst);
        });
    }
}
