use sqlx::{AssertSqlSafe, PgConnection};

use crate::doctor::{Amount, Finding, Report};

const RESTORE: &str = "restore the last backup into another database, and find out what wrote to \
                       this one; nothing that Pericarp does leaves this behind";

/// Looks at every event. Each question gives a row per mistake, a few at most.
pub(super) async fn examine(
    connection: &mut PgConnection,
    schema: &str,
    report: &mut Report,
) -> sqlx::Result<()> {
    // Every event is looked at, which takes as long as it takes, and is best done in its order.
    sqlx::raw_sql("SET statement_timeout = 0; RESET enable_seqscan; RESET enable_bitmapscan")
        .execute(&mut *connection)
        .await?;
    for (code, well, question) in [
        (
            "integrity.streams",
            "every event has its stream",
            "SELECT 'position ' || position FROM @.pericarp_events AS e
             WHERE NOT EXISTS (SELECT FROM @.pericarp_streams AS s WHERE s.id = e.stream) LIMIT 10",
        ),
        (
            "integrity.versions",
            "the versions of every stream are dense",
            "SELECT 'stream ' || coalesce((SELECT name FROM @.pericarp_streams WHERE id = stream), stream::text)
             FROM @.pericarp_events GROUP BY stream
             HAVING count(*) <> max(version) OR min(version) <> 1 LIMIT 10",
        ),
        (
            "integrity.values",
            "numbers are in their ranges",
            "SELECT 'position ' || position FROM @.pericarp_events
             WHERE version < 1 OR schema_version NOT BETWEEN 0 AND 4294967295 OR ordinal < 0
             LIMIT 10",
        ),
        (
            "integrity.order",
            "events were recorded in the order of the log, and of their streams",
            "SELECT 'position ' || position FROM (
                 SELECT position, recorded_at, version,
                        lag(recorded_at) OVER (ORDER BY position) AS recorded_before,
                        lag(version) OVER (PARTITION BY stream ORDER BY position) AS version_before
                 FROM @.pericarp_events) AS e
             WHERE recorded_at < recorded_before OR version <= version_before LIMIT 10",
        ),
        (
            "integrity.payloads",
            "metadata are JSON objects",
            "SELECT 'position ' || position FROM @.pericarp_events
             WHERE json_typeof(metadata) <> 'object' LIMIT 10",
        ),
    ] {
        let mistakes: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(question.replace('@', schema)))
                .fetch_all(&mut *connection)
                .await?;
        report.push(if mistakes.is_empty() {
            Finding::ok(code, well)
        } else {
            let what = format!("not so: {well}; see {}", mistakes.join(", "));
            Finding::error(code, what).fix(RESTORE)
        });
    }
    for (name, table) in [
        ("events", "pericarp_events"),
        ("streams", "pericarp_streams"),
    ] {
        let count = format!("SELECT count(*) FROM {schema}.{table}");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(count))
            .fetch_one(&mut *connection)
            .await?;
        report.figure(name, Amount::Count(count.unsigned_abs()));
    }
    Ok(())
}
