//! The same work, written by hand with rusqlite and with sqlx.

use std::path::Path;

use futures::future::try_join_all;
use pericarp::{Ids, RandomIds};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::Outcome;
use crate::work::{Account, Deposited};

const INSERT: &str = "INSERT INTO pericarp_events
    (stream, version, id, type, schema_version, ordinal, occurred_at, recorded_at, data, metadata)
    VALUES (?1, ?2, ?3, 'account.deposited', 1, 0, ?4, ?4, ?5, '{}')";
const TIME: i64 = 1_700_000_000_000_000;

/// Opens a log that Pericarp made, with the pragmas it uses, and makes `streams` streams.
///
/// # Errors
/// If it cannot be opened.
pub fn connect(path: &Path, streams: i64) -> Outcome<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -16384;
         PRAGMA mmap_size = 134217728;",
    )?;
    // As Pericarp does.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    for stream in 0..streams {
        connection.execute(
            "INSERT INTO pericarp_streams (id, name, category) VALUES (?1, ?2, 'account')",
            params![stream + 1, format!("account-{stream}")],
        )?;
    }
    Ok(connection)
}

/// Inserts one event, with a version that the caller counts.
///
/// # Errors
/// If SQLite refuses it.
pub fn insert(connection: &Connection, stream: i64, version: i64, data: &[u8]) -> Outcome<()> {
    let id = RandomIds.next();
    let data = std::str::from_utf8(data)?;
    connection.prepare_cached(INSERT)?.execute(params![
        stream,
        version,
        id.as_bytes(),
        TIME,
        data
    ])?;
    Ok(())
}

/// Inserts `count` events one by one, each its own transaction.
///
/// # Errors
/// If SQLite refuses one.
pub fn autocommit(
    connection: &Connection,
    stream: i64,
    version: &mut i64,
    count: usize,
) -> Outcome<()> {
    let mut data = Vec::new();
    for n in 0..count {
        *version += 1;
        data.clear();
        serde_json::to_writer(&mut data, &Deposited::number(n as i64))?;
        insert(connection, stream, *version, &data)?;
    }
    Ok(())
}

/// Inserts `count` times `events` events, each time in one transaction.
///
/// # Errors
/// If SQLite refuses one.
pub fn transactions(
    connection: &Connection,
    stream: i64,
    version: &mut i64,
    count: usize,
    events: usize,
) -> Outcome<()> {
    for _ in 0..count {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        autocommit(connection, stream, version, events)?;
        connection.prepare_cached("COMMIT")?.execute([])?;
    }
    Ok(())
}

struct Job {
    stream: i64,
    version: i64,
    data: Vec<u8>,
    done: oneshot::Sender<()>,
}

/// A group commit as one would write it in an afternoon: a thread that drains a channel into one
/// transaction and answers everybody. It checks nothing and counts no version.
#[derive(Clone, Debug)]
pub struct GroupCommit(mpsc::Sender<Job>);

impl GroupCommit {
    /// Starts the thread. It ends, and closes the connection, when the last clone is dropped.
    pub fn new(connection: Connection) -> Self {
        let (sender, mut jobs) = mpsc::channel::<Job>(1_024);
        std::thread::spawn(move || -> Outcome<()> {
            let mut batch = Vec::new();
            while jobs.blocking_recv_many(&mut batch, 1_024) > 0 {
                connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
                for job in &batch {
                    insert(&connection, job.stream, job.version, &job.data)?;
                }
                connection.prepare_cached("COMMIT")?.execute([])?;
                for job in batch.drain(..) {
                    let _ = job.done.send(());
                }
            }
            Ok(())
        });
        Self(sender)
    }

    /// Lets `tasks` appenders append `each` single events at the same time, after version
    /// `before` of their streams.
    ///
    /// # Errors
    /// If the thread ended early.
    pub async fn append_concurrently(&self, tasks: i64, before: i64, each: i64) -> Outcome<()> {
        let running = (0..tasks).map(|task| {
            let this = self.clone();
            tokio::spawn(async move {
                for n in 0..each {
                    let (done, is_done) = oneshot::channel();
                    let data = serde_json::to_vec(&Deposited::number(n))?;
                    let (stream, version) = (task + 1, before + n + 1);
                    let job = Job {
                        stream,
                        version,
                        data,
                        done,
                    };
                    this.0.send(job).await.map_err(|_| "the writer ended")?;
                    is_done.await?;
                }
                Outcome::Ok(())
            })
        });
        for outcome in try_join_all(running).await? {
            outcome?;
        }
        Ok(())
    }
}

/// Connects with sqlx, with the same pragmas.
///
/// # Errors
/// If it cannot be opened.
pub async fn connect_sqlx(path: &Path) -> Outcome<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "16000")
        .pragma("cache_size", "-16384")
        .pragma("mmap_size", "134217728");
    Ok(options.connect().await?)
}

/// Inserts `count` times `events` events through sqlx, each time in one transaction.
///
/// # Errors
/// If SQLite refuses one.
pub async fn transactions_sqlx(
    connection: &mut SqliteConnection,
    stream: i64,
    version: &mut i64,
    count: usize,
    events: usize,
) -> Outcome<()> {
    for _ in 0..count {
        let mut transaction = connection.begin().await?;
        for n in 0..events {
            *version += 1;
            let data = serde_json::to_string(&Deposited::number(n as i64))?;
            let id = RandomIds.next();
            sqlx::query(INSERT)
                .bind(stream)
                .bind(*version)
                .bind(&id.as_bytes()[..])
                .bind(TIME)
                .bind(data)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
    }
    Ok(())
}

const SELECT: &str = "SELECT version, type, schema_version, occurred_at, data, metadata
    FROM pericarp_events WHERE stream = (SELECT id FROM pericarp_streams WHERE name = ?1)
    ORDER BY version";

/// Steps through a stream's rows, decodes each and folds it: no thread, no page.
///
/// # Errors
/// If a row is not as expected.
pub fn load(connection: &Connection, account: u64, cents: i64) -> Outcome<()> {
    use pericarp::{Apply, Meta, Timestamp, Version};
    let mut state = Account::default();
    let mut statement = connection.prepare_cached(SELECT)?;
    let mut rows = statement.query([format!("account-{account}")])?;
    while let Some(row) = rows.next()? {
        let version = Version::new(row.get_ref(0)?.as_i64()?.unsigned_abs());
        if row.get_ref(1)?.as_str()? != "account.deposited" || row.get_ref(2)?.as_i64()? != 1 {
            return Err("an event of another type".into());
        }
        let time = Timestamp::from_micros(row.get_ref(3)?.as_i64()?);
        let event: Deposited<'_> = serde_json::from_str(row.get_ref(4)?.as_str()?)?;
        state.apply(event, &Meta::new(version, time, row.get_ref(5)?.as_str()?));
    }
    check(&state, cents)
}

/// Loads a stream through sqlx rows, decodes and folds it.
///
/// # Errors
/// If a row is not as expected.
pub async fn load_sqlx(connection: &mut SqliteConnection, account: u64, cents: i64) -> Outcome<()> {
    use futures::TryStreamExt as _;
    use pericarp::{Apply, Meta, Timestamp, Version};
    use sqlx::Row as _;
    let mut state = Account::default();
    let mut rows = sqlx::query(SELECT)
        .bind(format!("account-{account}"))
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let version = Version::new(row.try_get::<i64, _>(0)?.unsigned_abs());
        let time = Timestamp::from_micros(row.try_get(3)?);
        let event: Deposited<'_> = serde_json::from_str(row.try_get(4)?)?;
        state.apply(event, &Meta::new(version, time, row.try_get(5)?));
    }
    check(&state, cents)
}

fn check(state: &Account, cents: i64) -> Outcome<()> {
    if state.cents == cents {
        Ok(())
    } else {
        Err(format!("loaded {state:?}").into())
    }
}
