use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::super::statements::Statements;
use crate::doctor::{Finding, Report};
use crate::store::{Filter, ReadLog, ReadStream, ReadStreams};
use crate::{EventType, Position, StreamName, Timestamp};

/// A statement of the store, and the index that it has to go by.
struct Planned {
    what: &'static str,
    sql: String,
    index: &'static str,
    bind: fn(Asking) -> Asking,
}

type Asking = Query<'static, Postgres, PgArguments>;

/// Looks how the server would run every statement of the store.
pub(super) async fn examine(
    connection: &mut PgConnection,
    statements: &Statements,
    report: &mut Report,
) -> sqlx::Result<()> {
    // A table of a few pages is read whole at no cost, whatever indexes it has.
    sqlx::raw_sql("SET enable_seqscan = off; SET jit = off")
        .execute(&mut *connection)
        .await?;
    let planned = planned(statements);
    let mut good = true;
    for Planned {
        what,
        sql,
        index,
        bind,
    } in &planned
    {
        let asking = sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}"))).persistent(false);
        let rows = bind(asking).fetch_all(&mut *connection).await?;
        let lines: sqlx::Result<Vec<String>> = rows.iter().map(|row| row.try_get(0)).collect();
        let Some(slow) = objection(&lines?, index) else {
            continue;
        };
        good = false;
        let what = format!("{what} would not go by `{index}`: {slow}");
        report.push(
            Finding::warning("plan.slow", what)
                .fix("make the statistics anew, and see that the index is there and valid")
                .sql(format!("ANALYZE {}.pericarp_events;", statements.schema())),
        );
    }
    if good {
        let what = format!("all {} statements go by their indexes", planned.len());
        report.push(Finding::ok("plan.indexes", what));
    }
    Ok(())
}

/// What is wrong with a plan: a table that is gone through, or another index.
fn objection(lines: &[String], index: &str) -> Option<String> {
    let scan = lines
        .iter()
        .find(|line| line.contains("Seq Scan on pericarp_"));
    match scan {
        Some(scan) => Some(scan.trim().to_owned()),
        None if lines.iter().any(|line| line.contains(index)) => None,
        None => lines.first().cloned(),
    }
}

fn planned(statements: &Statements) -> Vec<Planned> {
    let Ok(stream) = StreamName::new("account", 1) else {
        return Vec::new();
    };
    let of_types = Filter::default()
        .event_type(EventType::from_static("account.opened"))
        .event_type(EventType::from_static("account.closed"));
    let since = Filter::default().since(Timestamp::EPOCH);
    let log = |read: ReadLog, what, index| Planned {
        what,
        sql: statements.log(&read).0,
        index,
        bind: |asking| {
            asking
                .bind(7_i64)
                .bind(["account.opened", "account.closed"])
                .bind(["account"])
                .bind(["account-1"])
                .bind(Some(1_i64))
                .bind(Some(2_i64))
        },
    };
    let page = ReadLog::all().after(Position::new(7));
    let mut facts = ReadStream::new(stream.clone());
    facts.facts_only = true;
    vec![
        Planned {
            what: "reading a stream",
            sql: statements.stream(&facts).0,
            index: "pericarp_events_stream_version_key",
            bind: |asking| asking.bind("account-1").bind(1_i64),
        },
        Planned {
            what: "reading a stream behind its snapshot",
            sql: statements.stream_behind_snapshot(&facts).0,
            index: "pericarp_events_stream_version_key",
            bind: |asking| asking.bind("account-1"),
        },
        Planned {
            what: "reading several streams",
            sql: statements.streams(&ReadStreams::new([stream])).0,
            index: "pericarp_events_stream_version_key",
            bind: |asking| asking.bind(["account-1"]).bind("").bind(0_i64),
        },
        log(page.clone(), "reading the log", "pericarp_events_pkey"),
        log(
            page.clone().backward(),
            "reading backward",
            "pericarp_events_pkey",
        ),
        log(
            page.clone().filter(of_types),
            "reading by type",
            "pericarp_events_type",
        ),
        log(
            page.filter(since),
            "reading by time",
            "pericarp_events_pkey",
        ),
        Planned {
            what: "reading an event",
            sql: statements.event().0,
            index: "pericarp_events_id_key",
            bind: |asking| asking.bind(Uuid::nil()),
        },
        Planned {
            what: "reading a commit",
            sql: statements.commit().0,
            index: "pericarp_events_id_key",
            bind: |asking| asking.bind(Uuid::nil()),
        },
        Planned {
            what: "the end of the log",
            sql: statements.head().0,
            index: "pericarp_events_pkey",
            bind: |asking| asking,
        },
        Planned {
            what: "the version of a stream",
            sql: statements.stream_version().0,
            index: "pericarp_events_stream_version_key",
            bind: |asking| asking.bind("account-1"),
        },
    ]
}
