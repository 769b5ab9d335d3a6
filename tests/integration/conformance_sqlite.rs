//! The laws, on a SQLite file: with the defaults, with the tightest options, and on one thread.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{
    AppendError, Batch, BulkAppended, BulkError, BulkStore, Limits, OpenError, Positions,
    SqliteStore,
};
use pericarp::testing::conformance::{
    Capabilities, Held, Idle, OpenTransaction, Role, Subject, Transaction, Vandalism,
};
use pericarp::{Commit, Committed};
use pericarp_tests::tight;
use rusqlite::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Executor, Sqlite};
use tempfile::TempDir;

/// SQLite logs in temporary folders.
struct OnSqlite {
    tight: bool,
}

/// A log in a folder that is removed with it.
#[derive(Clone)]
pub(crate) struct LogFile {
    folder: Arc<TempDir>,
}

impl LogFile {
    pub(crate) fn new() -> Self {
        Self {
            folder: Arc::new(tempfile::tempdir().expect("a temporary folder")),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("log.db")
    }

    /// A client that is not Pericarp.
    pub(crate) fn client(&self) -> Connection {
        Connection::open(self.path()).expect("a client")
    }
}

impl OnSqlite {
    fn options(&self, log: &LogFile) -> SqliteOptions {
        // SQLite does not queue those who wait for its lock, and processes are slow where a machine is busy.
        let options = SqliteOptions::new(log.path())
            .limits(self.limits())
            .busy_timeout(Duration::from_secs(60));
        if self.tight { tight(options) } else { options }
    }
}

impl Subject for OnSqlite {
    type Store = SqliteStore;
    type Log = LogFile;

    /// Whoever writes to the file holds the lock that appends need.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            overlapping: false,
            ..Capabilities::ALL
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            max_bytes_per_commit: 8 << 20,
            ..Limits::default()
        }
    }

    async fn empty_log(&self) -> LogFile {
        LogFile::new()
    }

    async fn open(&self, log: &LogFile) -> Result<SqliteStore, OpenError> {
        SqliteStore::open_with(self.options(log)).await
    }

    async fn open_impatient(&self, log: &LogFile) -> Result<SqliteStore, OpenError> {
        let options = self.options(log).busy_timeout(Duration::from_millis(50));
        SqliteStore::open_with(options).await
    }

    fn process(&self, log: &LogFile, role: Role) -> Option<Command> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_another_process"));
        command
            .arg(role.to_string())
            .arg(log.path())
            .args(self.tight.then_some("tight"));
        Some(command)
    }

    async fn vandalise(&self, log: &LogFile) -> Option<Vec<Vandalism>> {
        Some(vandalise(&log.client()))
    }

    /// Another process holds the write lock for longer than the store waits.
    async fn break_storage(&self, log: &LogFile) -> Option<Held> {
        let client = log.client();
        client
            .execute_batch("BEGIN IMMEDIATE")
            .expect("the write lock");
        Some(Box::new(client))
    }

    async fn begin(&self, log: &LogFile, store: &SqliteStore) -> Option<OpenTransaction> {
        let options = SqliteConnectOptions::new().filename(log.path());
        let options = options.busy_timeout(Duration::from_secs(60));
        let pool = SqlitePoolOptions::new().max_connections(1);
        let pool = pool.connect_with(options).await.unwrap();
        let client = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let store = store.clone();
        Some(OpenTransaction::new(InSqlite { store, client }))
    }

    async fn leave_open(&self, log: &LogFile) -> Option<Vec<Idle>> {
        let forgotten = [
            "BEGIN; SELECT count(*) FROM pericarp_events",
            "BEGIN; CREATE TEMP TABLE own (word TEXT); INSERT INTO own VALUES ('x');
             SELECT * FROM pericarp_streams",
        ];
        let idle = forgotten.map(|what| {
            let client = log.client();
            client.execute_batch(what).expect("an open transaction");
            Idle {
                what: what.into(),
                held: Box::new(client),
            }
        });
        Some(idle.into())
    }

    async fn append_recorded(
        &self,
        store: &SqliteStore,
        batch: Batch,
        positions: Positions,
    ) -> Option<Result<BulkAppended, BulkError>> {
        Some(store.append_recorded(batch, positions).await)
    }

    async fn age(&self, log: &LogFile) -> Option<()> {
        log.client()
            .execute("INSERT INTO pericarp_schema (version) VALUES (1000)", [])
            .expect("a newer schema");
        Some(())
    }
}

/// A transaction that appends the way the store's users do.
struct InSqlite {
    store: SqliteStore,
    client: sqlx::Transaction<'static, Sqlite>,
}

impl Transaction for InSqlite {
    async fn write(&mut self) {
        let write = "CREATE TABLE IF NOT EXISTS beside (word TEXT);
                     INSERT INTO beside VALUES ('written')";
        self.client.execute(write).await.unwrap();
    }

    async fn append(&mut self, commit: &Commit) -> Result<Committed, AppendError> {
        self.store.append_in(&mut self.client, commit).await
    }

    async fn commit(self) {
        self.client.commit().await.unwrap();
    }
}

/// What a client can try with SQL alone, without changing the schema.
fn vandalise(client: &Connection) -> Vec<Vandalism> {
    client
        .execute_batch("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = OFF")
        .unwrap();
    let mut attempts = Vec::new();
    let columns = [
        ("position", "position + 1000"),
        ("stream", "stream + 1"),
        ("version", "version + 1000"),
        ("id", "randomblob(16)"),
        ("type", "'other'"),
        ("schema_version", "2"),
        ("ordinal", "ordinal + 1"),
        ("occurred_at", "0"),
        ("recorded_at", "0"),
        ("data", "'{}'"),
        ("metadata", "'[]'"),
    ];
    for (column, value) in columns {
        for or in ["", "OR REPLACE", "OR IGNORE"] {
            attempts.push(format!(
                "UPDATE {or} pericarp_events SET {column} = {value}"
            ));
        }
        let old = "position, stream, version, id, type, schema_version, ordinal, occurred_at, \
                   recorded_at, data, metadata";
        // A copy of a row with one other value is in its way.
        let new = old.replacen(&format!("{column},"), &format!("{value},"), 1);
        let new = if column == "metadata" {
            old.replace(", metadata", ", '[]'")
        } else {
            new
        };
        if !["position", "id"].contains(&column) {
            attempts.push(format!(
                "INSERT OR REPLACE INTO pericarp_events ({old})
                 SELECT {new} FROM pericarp_events WHERE version = 1"
            ));
        }
    }
    attempts.extend(
        [
            "DELETE FROM pericarp_events",
            "DELETE FROM pericarp_events WHERE position = 1",
            "DELETE FROM pericarp_streams",
            "UPDATE pericarp_streams SET name = name || 'x'",
            "UPDATE OR REPLACE pericarp_streams SET name = 'conformance-a'",
            "UPDATE pericarp_streams SET category = 'other'",
            "UPDATE pericarp_streams SET id = id + 10",
            "INSERT OR REPLACE INTO pericarp_streams (name, category) VALUES ('conformance-a', 'x')",
            "REPLACE INTO pericarp_streams (id, name, category) VALUES (1, 'conformance-z', 'x')",
            // The position is free, the place in the stream is not.
            "REPLACE INTO pericarp_events
                 (stream, version, id, type, schema_version, ordinal, occurred_at, recorded_at,
                  data, metadata)
             VALUES (1, 1, randomblob(16), 't', 1, 0, 0, 4000000000000000, '{}', '{}')",
            "REPLACE INTO pericarp_events
                 (stream, version, id, type, schema_version, ordinal, occurred_at, recorded_at,
                  data, metadata)
             SELECT 1, 1000, id, 't', 1, 0, 0, 4000000000000000, '{}', '{}' FROM pericarp_events LIMIT 1",
            // Before the first event.
            "INSERT INTO pericarp_events
                 (position, stream, version, id, type, schema_version, ordinal, occurred_at,
                  recorded_at, data, metadata)
             VALUES (0, 1, 1000, randomblob(16), 't', 1, 0, 0, 4000000000000000, '{}', '{}')",
            "INSERT INTO pericarp_events
                 (position, stream, version, id, type, schema_version, ordinal, occurred_at,
                  recorded_at, data, metadata)
             VALUES (-1, 1, 1000, randomblob(16), 't', 1, 0, 0, 4000000000000000, '{}', '{}')",
            "INSERT INTO pericarp_events
                 (position, stream, version, id, type, schema_version, ordinal, occurred_at,
                  recorded_at, data, metadata)
             VALUES (1, 1, 1000, randomblob(16), 't', 1, 0, 0, 4000000000000000, '{}', '{}')
             ON CONFLICT (position) DO UPDATE SET data = '[]'",
            // Recorded before the event that it follows.
            "INSERT INTO pericarp_events
                 (stream, version, id, type, schema_version, ordinal, occurred_at, recorded_at,
                  data, metadata)
             VALUES (1, 1000, randomblob(16), 't', 1, 0, 0, 0, '{}', '{}')",
        ]
        .map(str::to_owned),
    );
    attempts
        .into_iter()
        .map(|attempt| Vandalism {
            refusal: client
                .execute_batch(&attempt)
                .err()
                .map(|error| error.to_string()),
            attempt,
        })
        .collect()
}

mod with_defaults {
    pericarp::testing::conformance_suite!(super::OnSqlite { tight: false });
}

mod tight {
    pericarp::testing::conformance_suite!(super::OnSqlite { tight: true });
}

mod on_one_thread {
    pericarp::testing::conformance_suite!(
        super::OnSqlite { tight: false },
        flavor = "current_thread"
    );
}
