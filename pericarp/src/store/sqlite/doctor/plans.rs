use std::collections::BTreeSet;

use rusqlite::Connection;

use super::super::plans::{objection, statements};
use super::super::read::head;
use crate::doctor::{Finding, Report};

/// In a log that fits into a few pages SQLite may as well go through all of it, and does.
const FEW_EVENTS: u64 = 1_000;

/// Looks how SQLite would run every statement of the store.
pub(super) fn examine(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    if head(connection)?.get() < FEW_EVENTS {
        let what = format!("fewer than {FEW_EVENTS} events need no index");
        report.push(Finding::ok("plan.indexes", what));
        return Ok(());
    }
    let statements = statements();
    let mut slow = BTreeSet::new();
    for planned in &statements {
        if objection(&planned.steps(connection)?, planned.uses).is_some() {
            slow.insert(format!("{} (`{}`)", planned.what, planned.uses));
        }
    }
    report.push(if slow.is_empty() {
        let what = format!("all {} statements go by their indexes", statements.len());
        Finding::ok("plan.indexes", what)
    } else {
        let slow: Vec<String> = slow.into_iter().collect();
        let what = format!("SQLite passes over the index when {}", slow.join(", "));
        let slow = Finding::warning("plan.slow", what);
        if has_statistics(connection)? {
            slow.fix(
                "if the statistics of SQLite are those of a much shorter log, take them again, and \
                 open the log again; drop the indexes that are not Pericarp's, which lead it astray",
            )
            .sql("ANALYZE;")
        } else {
            slow.fix("drop the indexes that are not Pericarp's, which lead it astray")
        }
    });
    Ok(())
}

/// Whether somebody has run `ANALYZE`. Pericarp never does.
fn has_statistics(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1')",
        [],
        |row| row.get(0),
    )
}
