//! How SQLite is to run every statement of the store.

use rusqlite::Connection;

use super::log;
use super::read::{COMMIT, EVENT, HEAD, STREAM_VERSION, STREAMS};
use super::statements::{EVENT_EXISTS, NEWEST, STREAM, VERSION_BEFORE};
use super::stream::{self, Columns};
use super::time_range::{LAST, NEXT, TimeRange};
use crate::EventType;
use crate::store::{Direction, Filter, ReadLog};

/// A statement, and the index that it goes by.
pub(super) struct Planned {
    pub(super) what: String,
    pub(super) sql: String,
    pub(super) uses: &'static str,
}

const POSITION: &str = "INTEGER PRIMARY KEY";
const BY_TYPE: &str = "pericarp_events_by_type";
/// The indexes of `UNIQUE`, in the order that the table has them.
const BY_ID: &str = "sqlite_autoindex_pericarp_events_1";
const BY_VERSION: &str = "sqlite_autoindex_pericarp_events_2";

pub(super) fn statements() -> Vec<Planned> {
    let mut statements = Vec::new();
    let mut add = |what: &str, sql: &str, uses| {
        statements.push(Planned {
            what: what.into(),
            sql: sql.into(),
            uses,
        });
    };
    for direction in [Direction::Forward, Direction::Backward] {
        for columns in [Columns::Facts, Columns::Whole] {
            let sql = stream::statement(direction, columns);
            add("reading a stream", sql, BY_VERSION);
        }
        for (what, filter, uses) in filters() {
            let read = match direction {
                Direction::Forward => ReadLog::all(),
                Direction::Backward => ReadLog::all().backward(),
            };
            let range = TimeRange {
                after: 0,
                before: i64::MAX,
            };
            let (sql, _) = log::statement(&read.filter(filter), &range);
            add(what, &sql, uses);
        }
    }
    add("reading several streams", STREAMS, BY_VERSION);
    add("reading an event by its id", EVENT, BY_ID);
    add("reading a commit by its id", COMMIT, BY_ID);
    add("asking for the head", HEAD, POSITION_OF_ALL);
    add("asking for a version", STREAM_VERSION, BY_VERSION);
    add("finding a time", NEXT, POSITION);
    add("finding the end of a time", LAST, POSITION);
    add("finding the newest event", NEWEST, POSITION);
    add("finding a stream", STREAM, BY_VERSION);
    add("finding an event id", EVENT_EXISTS, BY_ID);
    add("finding an earlier version", VERSION_BEFORE, BY_VERSION);
    statements
}

/// SQLite does not say that it takes the last row of the table, only that it searches it.
const POSITION_OF_ALL: &str = "SEARCH pericarp_events";

fn filters() -> [(&'static str, Filter, &'static str); 6] {
    let none = Filter::default;
    let types = |count: usize| {
        (0..count)
            .filter_map(|number| EventType::parse(format!("t{number}")).ok())
            .fold(none(), Filter::event_type)
    };
    let time = crate::Timestamp::EPOCH;
    [
        ("reading the log", none(), POSITION),
        (
            "reading the log by time",
            none().since(time).until(time),
            POSITION,
        ),
        (
            "reading the log by category",
            none().category("c"),
            POSITION,
        ),
        ("reading the log by type", types(1), BY_TYPE),
        ("reading the log by types", types(5), BY_TYPE),
        (
            "reading the log by types, category and time",
            types(3).category("c").since(time),
            BY_TYPE,
        ),
    ]
}

/// The steps that SQLite would take.
pub(super) fn explain(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    let mut plan = Vec::new();
    while let Some(row) = rows.next()? {
        plan.push(row.get("detail")?);
    }
    Ok(plan)
}

/// What is wrong with a plan: a step through a whole table, a sort, or a missing index.
pub(super) fn objection(plan: &[String], uses: &str) -> Option<String> {
    let is_bad = |step: &&String| {
        step.contains("TEMP B-TREE") || step.starts_with("SCAN") && !step.contains("json_each")
    };
    if let Some(step) = plan.iter().find(is_bad) {
        return Some(step.clone());
    }
    if plan.iter().any(|step| step.contains(uses)) {
        None
    } else {
        Some(plan.join(", "))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use super::super::migrate::{MIGRATIONS, migrate};
    use super::*;

    fn log() -> Connection {
        let mut log = Connection::open_in_memory().unwrap();
        assert!(migrate(&mut log, MIGRATIONS).is_ok());
        log
    }

    #[track_caller]
    fn check_all(log: &Connection) {
        let statements = statements();
        assert!(statements.len() > 20);
        for Planned { what, sql, uses } in statements {
            let plan = explain(log, &sql).unwrap();
            let objection = objection(&plan, uses);
            assert_eq!(objection, None, "{what}: {plan:#?}");
        }
    }

    #[test]
    fn every_statement_goes_by_its_index() {
        check_all(&log());
    }

    /// Statistics must not turn a range of a common type into a walk through the log.
    #[test]
    fn every_statement_goes_by_its_index_after_analyze() {
        let log = log();
        log.execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO pericarp_streams (name, category)
             SELECT 'c-' || i, 'c' FROM n WHERE i <= 30;
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO pericarp_events
             SELECT i, 1 + i % 30, 1 + i / 30, randomblob(16), 't' || min(i % 20, 2), 1, 0, i, i,
                    '{}', '{}' FROM n;
             ANALYZE",
        )
        .unwrap();
        check_all(&log);
    }

    #[test]
    fn a_statement_without_its_index_is_objected_to() {
        let log = log();
        log.execute_batch("DROP INDEX pericarp_events_by_type")
            .unwrap();
        let by_type = statements()
            .into_iter()
            .find(|planned| planned.uses == BY_TYPE)
            .unwrap();
        let plan = explain(&log, &by_type.sql).unwrap();
        assert!(objection(&plan, by_type.uses).is_some(), "{plan:?}");
        for slow in [
            "SELECT * FROM pericarp_events",
            "SELECT * FROM pericarp_events WHERE position > 1 ORDER BY type",
        ] {
            let plan = explain(&log, slow).unwrap();
            assert!(objection(&plan, POSITION).is_some(), "{plan:?}");
        }
    }
}
