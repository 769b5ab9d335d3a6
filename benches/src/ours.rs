//! The work, done with Pericarp.

use std::path::Path;

use futures::future::try_join_all;
use pericarp::store::{SqliteStore, Store};
use pericarp::{
    Commit, CommitId, Context, Expected, Ids, Pericarp, RandomIds, StreamName, Timestamp,
};

use crate::Outcome;
use crate::appender::Appender;
use crate::work::{Account, Deposited};

/// Opens a new log in a folder.
///
/// # Errors
/// If it cannot be opened.
pub async fn open(folder: &Path) -> Outcome<SqliteStore> {
    Ok(SqliteStore::open(folder.join("ours.db")).await?)
}

/// A commit of `events` deposits into one account.
///
/// # Errors
/// If it cannot be built.
pub fn commit(account: u64, events: i64) -> Outcome<Commit> {
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let context = Context::new(Timestamp::from_micros(1_700_000_000_000_000));
    let mut turn = commit.to(StreamName::new("account", account)?, Expected::Any);
    for n in 0..events {
        turn = turn.event(&Deposited::number(n), &context)?;
    }
    Ok(commit)
}

/// Appends `count` commits of `events` events each, one after another.
///
/// # Errors
/// If an append fails.
pub async fn append(store: &impl Store, account: u64, count: usize, events: i64) -> Outcome<()> {
    for _ in 0..count {
        store.append(commit(account, events)?).await?;
    }
    Ok(())
}

/// Appends `each` events to each of `accounts`, one of each in turn, as a log has them where many
/// accounts are busy at once.
///
/// # Errors
/// If an append fails.
pub async fn append_interleaved(store: &impl Store, accounts: &[u64], each: i64) -> Outcome<()> {
    let context = Context::new(Timestamp::from_micros(1_700_000_000_000_000));
    for n in 0..each {
        let mut commit = Commit::new(CommitId::new(RandomIds.next()));
        for account in accounts {
            let stream = StreamName::new("account", account)?;
            commit
                .to(stream, Expected::Any)
                .event(&Deposited::number(n % 100), &context)?;
        }
        store.append(commit).await?;
    }
    Ok(())
}

/// Lets `tasks` appenders append `each` single events at the same time.
///
/// # Errors
/// If an append fails.
pub async fn append_concurrently(store: &SqliteStore, tasks: u64, each: usize) -> Outcome<()> {
    let running = (0..tasks).map(|task| {
        let store = store.clone();
        tokio::spawn(async move { append(&store, task, each, 1).await })
    });
    for outcome in try_join_all(running).await? {
        outcome?;
    }
    Ok(())
}

/// Somebody who appends to one account.
#[derive(Debug)]
pub struct Depositor<S> {
    store: S,
    account: u64,
}

/// So many appenders, each with an account of its own.
pub fn depositors<S: Store + Clone>(
    store: &S,
    accounts: std::ops::Range<u64>,
) -> Vec<Depositor<S>> {
    let depositor = |account| Depositor {
        store: store.clone(),
        account,
    };
    accounts.map(depositor).collect()
}

impl<S: Store> Appender for Depositor<S> {
    async fn append(&mut self) -> Outcome<()> {
        self.store.append(commit(self.account, 1)?).await?;
        Ok(())
    }
}

/// Loads an account and checks that nothing is missing.
///
/// # Errors
/// If it cannot be loaded.
pub async fn load(app: &Pericarp<impl Store>, account: u64, cents: i64) -> Outcome<()> {
    let account = app.load::<Account>(&account).await?;
    match account {
        Some(account) if account.cents == cents => Ok(()),
        other => Err(format!("loaded {other:?}").into()),
    }
}
