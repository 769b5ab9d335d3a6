use sqlx::{PgConnection, Row as _};

use super::super::statements::quoted;
use crate::doctor::{Finding, Report};

/// Who holds the append lock, and who keeps old versions of rows alive.
pub(super) async fn examine(
    connection: &mut PgConnection,
    schema: &str,
    report: &mut Report,
) -> sqlx::Result<()> {
    let holder = sqlx::query(
        "SELECT a.pid, coalesce(a.application_name, ''), coalesce(a.state, ''),
                extract(epoch FROM clock_timestamp() - a.xact_start)::float8,
                (SELECT count(*) FROM pg_locks AS w WHERE NOT w.granted
                     AND (w.locktype, w.database, w.classid, w.objid) = (l.locktype, l.database, l.classid, l.objid))
         FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1885696617
           AND l.objid = to_regclass($1)::oid
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .bind(format!("{}.pericarp_events", quoted(schema)))
    .fetch_optional(&mut *connection)
    .await?;
    report.push(match holder {
        Some(row) => {
            let (pid, seconds): (i32, f64) = (row.try_get(0)?, row.try_get(3)?);
            let (name, state): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            let waiting: i64 = row.try_get(4)?;
            let what = format!(
                "process {pid} (`{name}`, {state}) has held the append lock for {seconds:.1} s; {waiting} wait for it"
            );
            if seconds > LONG || state.starts_with("idle in transaction") {
                Finding::warning("lock.held", what)
                    .fix("let the append be the last statement of its transaction; or end it")
                    .sql(format!("SELECT pg_terminate_backend({pid});"))
            } else {
                Finding::ok("lock.busy", what)
            }
        }
        None => Finding::ok("lock.free", "nobody holds the append lock"),
    });
    oldest(connection, report).await
}

/// How long a transaction holds the lock before it is worth a word, in seconds.
const LONG: f64 = 1.0;

async fn oldest(connection: &mut PgConnection, report: &mut Report) -> sqlx::Result<()> {
    let oldest = sqlx::query(
        "SELECT pid, coalesce(application_name, ''), coalesce(state, ''),
                extract(epoch FROM clock_timestamp() - xact_start)::float8
         FROM pg_stat_activity
         WHERE xact_start < clock_timestamp() - interval '15 minutes' AND backend_type = 'client backend'
         ORDER BY xact_start LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    report.push(match oldest {
        Some(row) => {
            let (pid, seconds): (i32, f64) = (row.try_get(0)?, row.try_get(3)?);
            let (name, state): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            let what = format!(
                "process {pid} (`{name}`, {state}) has a transaction open for {:.0} min: no append waits for it, but nothing is vacuumed",
                seconds / 60.0
            );
            Finding::note("transaction.old", what)
                .fix("end it if it was forgotten")
                .sql(format!("SELECT pg_terminate_backend({pid});"))
        }
        None => Finding::ok("transaction.none", "no transaction has been open for long"),
    });
    Ok(())
}
