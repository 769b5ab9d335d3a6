//! The laws, on a PostgreSQL database: with the defaults, with the tightest options, and on one
//! thread.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{
    AppendError, Batch, BulkAppended, BulkError, BulkStore, Limits, OpenError, Positions,
    PostgresStore,
};
use pericarp::testing::conformance::{self, Held, Idle, OpenTransaction, Role, Subject, Vandalism};
use pericarp::{Commit, Committed};
use pericarp_tests::postgres::{Schema, Server};
use pericarp_tests::tight_postgres;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres, Transaction};

/// Logs in a database, a schema each.
struct OnPostgres {
    tight: bool,
}

impl OnPostgres {
    fn options(&self, log: &Arc<Schema>) -> PostgresOptions {
        let options = PostgresOptions::parse(&log.url().to_string()).unwrap();
        let options = options.schema(log.name()).limits(self.limits());
        if self.tight {
            tight_postgres(options)
        } else {
            options
        }
    }
}

impl Subject for OnPostgres {
    type Store = PostgresStore;
    type Log = Arc<Schema>;

    fn limits(&self) -> Limits {
        Limits {
            max_bytes_per_commit: 8 << 20,
            ..Limits::default()
        }
    }

    async fn empty_log(&self) -> Arc<Schema> {
        let schema = Server::shared().schema().await;
        let create = "CREATE TABLE beside (word text)";
        schema.connect().await.execute(create).await.unwrap();
        Arc::new(schema)
    }

    async fn open(&self, log: &Arc<Schema>) -> Result<PostgresStore, OpenError> {
        PostgresStore::open_with(self.options(log)).await
    }

    async fn open_impatient(&self, log: &Arc<Schema>) -> Result<PostgresStore, OpenError> {
        let options = self
            .options(log)
            .query_timeout(Some(Duration::from_secs(1)));
        PostgresStore::open_with(options).await
    }

    fn process(&self, log: &Arc<Schema>, role: Role) -> Option<Command> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_another_process"));
        command
            .arg(role.to_string())
            .args([&log.url().to_string(), log.name()])
            .args(self.tight.then_some("tight"));
        Some(command)
    }

    async fn vandalise(&self, log: &Arc<Schema>) -> Option<Vec<Vandalism>> {
        Some(vandalise(&mut log.connect().await).await)
    }

    /// Somebody holds the append lock for longer than the store waits.
    async fn break_storage(&self, log: &Arc<Schema>) -> Option<Held> {
        let mut client = log.connect().await;
        let hold = "BEGIN; SELECT pericarp_lock()";
        client.execute(hold).await.unwrap();
        Some(Box::new(client))
    }

    async fn begin(&self, log: &Arc<Schema>, store: &PostgresStore) -> Option<OpenTransaction> {
        let transaction = log.pool(1).await.begin().await.unwrap();
        let store = store.clone();
        Some(OpenTransaction::new(InPostgres { store, transaction }))
    }

    async fn leave_open(&self, log: &Arc<Schema>) -> Option<Vec<Idle>> {
        let mut idle = Vec::new();
        for what in FORGOTTEN {
            let mut client = log.connect().await;
            // A statement that is refused leaves its transaction open too.
            let _ = client.execute(*what).await;
            idle.push(Idle {
                what: (*what).into(),
                held: Box::new(client),
            });
        }
        Some(idle)
    }

    async fn append_recorded(
        &self,
        store: &PostgresStore,
        batch: Batch,
        positions: Positions,
    ) -> Option<Result<BulkAppended, BulkError>> {
        Some(store.append_recorded(batch, positions).await)
    }

    async fn age(&self, log: &Arc<Schema>) -> Option<()> {
        let insert = "INSERT INTO pericarp_schema (version) VALUES (1000)";
        log.connect().await.execute(insert).await.unwrap();
        Some(())
    }
}

/// A transaction that appends the way the store's users do.
struct InPostgres {
    store: PostgresStore,
    transaction: Transaction<'static, Postgres>,
}

impl conformance::Transaction for InPostgres {
    async fn write(&mut self) {
        let insert = "INSERT INTO beside (word) VALUES ('written')";
        self.transaction.execute(insert).await.unwrap();
    }

    async fn append(&mut self, commit: &Commit) -> Result<Committed, AppendError> {
        self.store.append_in(&mut self.transaction, commit).await
    }

    async fn commit(self) {
        self.transaction.commit().await.unwrap();
    }
}

/// What clients did before they forgot to end their transactions.
const FORGOTTEN: &[&str] = &[
    "BEGIN; INSERT INTO beside VALUES ('has a transaction id')",
    "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pericarp_events;
     INSERT INTO beside VALUES ('has a snapshot and an id')",
    "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM pericarp_events;
     SELECT count(*) FROM pericarp_streams; INSERT INTO beside VALUES ('is checked')",
    "BEGIN; DECLARE here CURSOR FOR SELECT * FROM pericarp_events ORDER BY position; FETCH 1 FROM here",
    "BEGIN; SELECT 1 FROM pericarp_events FOR UPDATE; SELECT 1 FROM pericarp_streams FOR UPDATE",
    "BEGIN; SELECT pg_advisory_xact_lock(1), pg_advisory_xact_lock(1885696617, 0)",
    "BEGIN; UPDATE pericarp_events SET version = 0",
    "BEGIN; INSERT INTO pericarp_streams
         SELECT coalesce(max(id), 0) + 1, 'foreign-' || max(id), 'foreign' FROM pericarp_streams",
    "BEGIN; CREATE TABLE another (word text); NOTIFY another",
];

/// What a client can try with SQL alone, without changing the schema.
async fn vandalise(client: &mut PgConnection) -> Vec<Vandalism> {
    let columns = [
        ("position", "position + 1000"),
        ("stream", "stream + 1"),
        ("version", "version + 1000"),
        ("id", "gen_random_uuid()"),
        ("type", "'other'"),
        ("schema_version", "2"),
        ("ordinal", "ordinal + 1"),
        ("occurred_at", "0"),
        ("recorded_at", "0"),
        ("data", "'{}'"),
        ("metadata", "'[]'"),
    ];
    let mut attempts = Vec::new();
    let names = columns.map(|(name, _)| name).join(", ");
    for (column, value) in columns {
        attempts.push(format!("UPDATE pericarp_events SET {column} = {value}"));
        // With the lock and without, a copy of a row that has one other value.
        let copied = columns.map(|(name, _)| if name == column { value } else { name });
        let copied = copied.join(", ");
        let insert =
            format!("INSERT INTO pericarp_events ({names}) SELECT {copied} FROM pericarp_events");
        for conflict in [
            "",
            " ON CONFLICT DO NOTHING",
            " ON CONFLICT (position) DO UPDATE SET data = '{}'",
        ] {
            attempts.push(format!("{insert}{conflict}"));
        }
    }
    attempts.extend(
        [
            "DELETE FROM pericarp_events",
            "DELETE FROM pericarp_events WHERE position = 1",
            "TRUNCATE pericarp_events",
            "TRUNCATE pericarp_streams CASCADE",
            "DELETE FROM pericarp_streams",
            "UPDATE pericarp_streams SET name = name || 'x'",
            "UPDATE pericarp_streams SET category = 'other'",
            "UPDATE pericarp_streams SET id = id + 1000",
            "INSERT INTO pericarp_streams (id, name, category)
             SELECT id + 1000, name, category FROM pericarp_streams",
            "INSERT INTO pericarp_streams (id, name, category) SELECT id, 'x-' || id, 'x' FROM pericarp_streams
             ON CONFLICT (id) DO UPDATE SET name = 'x-1'",
            "WITH gone AS (DELETE FROM pericarp_events RETURNING *) SELECT count(*) FROM gone",
            "COPY pericarp_events FROM PROGRAM 'printf \"\"'",
        ]
        .map(String::from),
    );
    let mut tried = Vec::new();
    for attempt in attempts {
        let refusal = client.execute(AssertSqlSafe(attempt.clone())).await;
        tried.push(Vandalism {
            attempt,
            refusal: refusal.err().map(|error| error.to_string()),
        });
    }
    tried
}

mod with_defaults {
    pericarp::testing::conformance_suite!(super::OnPostgres { tight: false });
}

mod tight {
    pericarp::testing::conformance_suite!(super::OnPostgres { tight: true });
}

mod on_one_thread {
    pericarp::testing::conformance_suite!(
        super::OnPostgres { tight: false },
        flavor = "current_thread"
    );
}
