use std::time::Duration;

use sqlx::{PgConnection, Row as _};

use super::super::statements::quoted;
use super::super::{Durability, PostgresOptions};
use crate::doctor::{Amount, Finding, Report};

/// What the server is and how it is set, and how large the log is.
pub(super) async fn examine(
    connection: &mut PgConnection,
    options: &PostgresOptions,
    report: &mut Report,
) -> sqlx::Result<()> {
    let version = setting(connection, "server_version").await?;
    // An older one than 13 is refused when the log is opened.
    let what = format!("the server is PostgreSQL {version}");
    report.push(Finding::ok("server.version", what));
    durability(connection, options, report).await?;
    vacuum(connection, report).await?;
    connections(connection, report).await?;
    sizes(connection, options, report).await
}

async fn durability(
    connection: &mut PgConnection,
    options: &PostgresOptions,
    report: &mut Report,
) -> sqlx::Result<()> {
    for (name, effect) in [
        ("fsync", "a crash of the machine may lose or break the log"),
        (
            "full_page_writes",
            "a crash of the machine may leave torn pages behind",
        ),
    ] {
        report.push(if setting(connection, name).await? == "on" {
            Finding::ok("durability.disk", format!("`{name}` is on"))
        } else {
            Finding::error("durability.unsafe", format!("`{name}` is off: {effect}"))
                .fix("turn it on, and load the server's settings anew")
                .sql(format!(
                    "ALTER SYSTEM SET {name} = on;\nSELECT pg_reload_conf();"
                ))
        });
    }
    let commits = setting(connection, "synchronous_commit").await?;
    report.push(match options.durability {
        Durability::Full => {
            let here = if commits == "off" { "on" } else { &commits };
            let what = format!(
                "appends are acknowledged when they are on the disk (synchronous_commit={here})"
            );
            Finding::ok("durability.full", what)
        }
        Durability::Relaxed => Finding::note(
            "durability.relaxed",
            "a crash of the server may take the last appends with it (synchronous_commit=off)",
        )
        .fix("open with `Durability::Full` if they matter"),
    });
    Ok(())
}

/// How old the oldest row may get before the server must act, or stops: half of what it has.
const OLD: i64 = 1_000_000_000;

async fn vacuum(connection: &mut PgConnection, report: &mut Report) -> sqlx::Result<()> {
    let age: i32 = sqlx::query_scalar(
        "SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()",
    )
    .fetch_one(&mut *connection)
    .await?;
    let on = setting(connection, "autovacuum").await? == "on";
    let what = format!("the oldest row is {age} transactions old");
    report.push(if i64::from(age) > OLD {
        Finding::error(
            "vacuum.wraparound",
            format!("{what}, and the server stops at 2 billion"),
        )
        .fix("end transactions that have been open for long, and let the server freeze old rows")
        .sql("VACUUM (FREEZE);")
    } else if on {
        Finding::ok("vacuum.on", format!("autovacuum is on; {what}"))
    } else {
        Finding::warning("vacuum.off", format!("autovacuum is off; {what}"))
            .fix("turn it on: it keeps the planner's statistics, and freezes old rows")
            .sql("ALTER SYSTEM SET autovacuum = on;\nSELECT pg_reload_conf();")
    });
    Ok(())
}

async fn connections(connection: &mut PgConnection, report: &mut Report) -> sqlx::Result<()> {
    let (used, most): (i64, i32) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
                current_setting('max_connections')::integer",
    )
    .fetch_one(connection)
    .await?;
    let what = format!("{used} of {most} connections of the server are in use");
    report.push(if used * 10 >= i64::from(most) * 9 {
        Finding::warning("server.connections", what).fix(
            "lower `max_connections` of the stores, put a pooler between, or raise the server's",
        )
    } else {
        Finding::ok("server.connections", what)
    });
    Ok(())
}

async fn sizes(
    connection: &mut PgConnection,
    options: &PostgresOptions,
    report: &mut Report,
) -> sqlx::Result<()> {
    let schema = quoted(&options.schema);
    let sql = "SELECT pg_table_size(to_regclass($1)), pg_indexes_size(to_regclass($1)),
                pg_table_size(to_regclass($2)) + pg_indexes_size(to_regclass($2)),
                (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass($1)),
                pg_database_size(current_database())";
    let row = sqlx::query(sql)
        .bind(format!("{schema}.pericarp_events"))
        .bind(format!("{schema}.pericarp_streams"))
        .fetch_one(connection)
        .await?;
    let figures = ["size of events", "size of their indexes", "size of streams"];
    for (column, name) in figures.into_iter().enumerate() {
        let bytes = row.try_get::<Option<i64>, _>(column)?.unwrap_or(0);
        report.figure(name, Amount::Bytes(bytes.unsigned_abs()));
    }
    let rows = row.try_get::<Option<i64>, _>(3)?.unwrap_or(0);
    report.figure(
        "events, as of the last analysis",
        Amount::Count(rows.unsigned_abs()),
    );
    let bytes: i64 = row.try_get(4)?;
    report.figure("database", Amount::Bytes(bytes.unsigned_abs()));
    let timeout = options.query_timeout.unwrap_or(Duration::ZERO);
    report.figure("query timeout", Amount::Span(timeout));
    Ok(())
}

async fn setting(connection: &mut PgConnection, name: &str) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT current_setting($1)")
        .bind(name)
        .fetch_one(connection)
        .await
}
