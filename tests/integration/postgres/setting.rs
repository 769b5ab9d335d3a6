use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use pericarp::store::postgres::{PostgresFault, PostgresOptions};
use pericarp::store::{OpenError, PostgresStore};
use pericarp_tests::postgres::{Database, Server, Url};
use pericarp_tests::proxy::Proxy;
use sqlx::{PgConnection, query_scalar};
use tokio::task::yield_now;

/// How long anything may take that will happen.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A database, and a network between it and the store.
pub(super) struct Setting {
    pub(super) database: Database,
    pub(super) proxy: Proxy,
}

impl Setting {
    pub(super) async fn new() -> Self {
        let database = Server::shared().database().await;
        let proxy = Proxy::start(database.url()).await;
        Self { database, proxy }
    }

    /// The defaults, through the network.
    pub(super) fn options(&self) -> PostgresOptions {
        options(self.proxy.url())
    }

    /// Opens a log through the network, which counts from here.
    pub(super) async fn open(
        &self,
        set: impl FnOnce(PostgresOptions) -> PostgresOptions,
    ) -> PostgresStore {
        let store = open(set(self.options())).await;
        self.proxy.reset();
        store
    }
}

pub(super) fn options(url: &Url) -> PostgresOptions {
    PostgresOptions::parse(&url.to_string()).unwrap()
}

/// Opens a log, with more patience than the options may have.
pub(super) async fn open(options: PostgresOptions) -> PostgresStore {
    let open = async || loop {
        match PostgresStore::open_with(options.clone()).await {
            Err(OpenError::Unreachable { .. }) => {}
            Err(error @ OpenError::Failed { .. }) if fault(&error).sqlstate() == Some("57014") => {}
            opened => return opened.unwrap(),
        }
    };
    within("it opens", open()).await
}

/// Waits for what comes, and says what did not.
#[track_caller]
pub(super) fn within<F: Future>(what: &str, future: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    async move {
        tokio::time::timeout(PATIENCE, future)
            .await
            .unwrap_or_else(|_| panic!("{caller}: never: {what}"))
    }
}

/// Waits until a condition holds, and asks the scheduler in between.
pub(super) async fn wait_until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// How many sessions of the store fit a condition on `pg_stat_activity`.
pub(super) async fn sessions(client: &mut PgConnection, condition: &str) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'pericarp%' AND {condition}"
    );
    query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_one(client)
        .await
        .unwrap()
}

/// What PostgreSQL, or the way to it, said.
#[track_caller]
pub(super) fn fault(error: &dyn std::error::Error) -> &PostgresFault {
    let source = error.source().and_then(|source| source.downcast_ref());
    source.unwrap_or_else(|| panic!("{error:?}"))
}

/// Polls so often and drops; the outcome, if it came by then.
pub(super) async fn drop_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if let Poll::Ready(outcome) = polled {
            return Some(outcome);
        }
        yield_now().await;
    }
    None
}
