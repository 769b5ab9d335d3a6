use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::statements::quoted;

/// Every version of the schema, in order; the first is version 1. A released one never changes.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_log.sql"),
    include_str!("migrations/0002_snapshots.sql"),
];

pub(super) enum MigrateError {
    Newer { found: u32 },
    Sqlx(sqlx::Error),
}

impl From<sqlx::Error> for MigrateError {
    fn from(error: sqlx::Error) -> Self {
        Self::Sqlx(error)
    }
}

/// Brings the schema to the newest version.
///
/// Who finds it there needs no right to change it. It is read again under a lock, so that of two
/// processes that start at once one migrates and the other finds it done. On an error the
/// connection is not fit for further use.
pub(super) async fn migrate(
    connection: &mut PgConnection,
    name: &str,
    steps: &[&str],
) -> Result<(), MigrateError> {
    let schema = quoted(name);
    if current(connection, name, steps).await? == steps.len() {
        return Ok(());
    }
    run(connection, "BEGIN ISOLATION LEVEL READ COMMITTED".into()).await?;
    sqlx::query("SELECT pg_advisory_xact_lock(1885696618, hashtext($1))")
        .bind(&schema)
        .execute(&mut *connection)
        .await?;
    let done = current(connection, name, steps).await?;
    let there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)")
            .bind(name)
            .fetch_one(&mut *connection)
            .await?;
    if !there {
        run(connection, format!("CREATE SCHEMA {schema}")).await?;
    }
    run(
        connection,
        format!(
            "CREATE TABLE IF NOT EXISTS {schema}.pericarp_schema (
                 version    integer PRIMARY KEY,
                 applied_at timestamptz NOT NULL DEFAULT now()
             )"
        ),
    )
    .await?;
    for (step, version) in steps.iter().zip(1_i32..).skip(done) {
        run(connection, step.replace("@schema@", &schema)).await?;
        let insert = format!("INSERT INTO {schema}.pericarp_schema (version) VALUES ({version})");
        run(connection, insert).await?;
    }
    Ok(run(connection, "COMMIT".into()).await?)
}

async fn current(
    connection: &mut PgConnection,
    name: &str,
    steps: &[&str],
) -> Result<usize, MigrateError> {
    // Of the catalogue itself: a session may remember that a name meant nothing a moment ago.
    let there: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                        WHERE n.nspname = $1 AND c.relname = 'pericarp_schema')",
    )
    .bind(name)
    .fetch_one(&mut *connection)
    .await?;
    if !there {
        return Ok(0);
    }
    let schema = quoted(name);
    let newest = format!("SELECT coalesce(max(version), 0) FROM {schema}.pericarp_schema");
    let row = sqlx::query(AssertSqlSafe(newest))
        .fetch_one(connection)
        .await?;
    let found = row.try_get::<i32, _>(0)?.unsigned_abs();
    if found as usize > steps.len() {
        return Err(MigrateError::Newer { found });
    }
    Ok(found as usize)
}

/// Runs statements without parameters and without preparing them.
async fn run(connection: &mut PgConnection, sql: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(|_| ())
}
