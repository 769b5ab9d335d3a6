//! How SQLite is to run every statement of the store.

use rusqlite::Connection;

use super::log::{self, MOST_RANGES};
use super::read::{COMMIT, EVENT, HEAD, STREAM_VERSION, streams};
use super::row::Names;
use super::statements::{EVENT_EXISTS, NEWEST, SNAPSHOT, STREAM, VERSION_BEFORE};
use super::stream::{self, Columns};
use super::time_range::{LAST, NEXT, TimeRange};
use crate::store::{Direction, Filter, ReadLog};
use crate::{EventType, StreamName};

/// A statement, what is run in its place if it would go through a whole table, and the index that
/// either goes by.
pub(super) struct Planned {
    pub(super) what: &'static str,
    pub(super) sql: String,
    pub(super) other: Option<String>,
    pub(super) uses: &'static str,
}

impl Planned {
    /// The steps that SQLite would take.
    pub(super) fn steps(&self, connection: &Connection) -> rusqlite::Result<Vec<String>> {
        match &self.other {
            Some(other) if scans(connection, &self.sql)? => explain(connection, other),
            _ => explain(connection, &self.sql),
        }
    }
}

const POSITION: &str = "INTEGER PRIMARY KEY";
const BY_TYPE: &str = "pericarp_events_by_type";
/// The indexes of `UNIQUE`, in the order that the table has them.
const BY_ID: &str = "sqlite_autoindex_pericarp_events_1";
const BY_VERSION: &str = "sqlite_autoindex_pericarp_events_2";

pub(super) fn statements() -> Vec<Planned> {
    let mut statements = Vec::new();
    let mut add = |what, sql: &str, other: Option<&str>, uses| {
        statements.push(Planned {
            what,
            sql: sql.into(),
            other: other.map(Into::into),
            uses,
        });
    };
    for direction in [Direction::Forward, Direction::Backward] {
        for columns in [Columns::Facts, Columns::Whole] {
            let sql = stream::statement(direction, columns);
            add("reading a stream", sql, None, BY_VERSION);
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
            let read = read.filter(filter);
            let (joined, _) = log::statement(&read, &range, Names::Joined);
            let (apart, _) = log::statement(&read, &range, Names::Apart);
            add(what, &joined, Some(&apart), uses);
        }
    }
    let (joined, apart) = (streams(Names::Joined), streams(Names::Apart));
    add("reading several streams", joined, Some(apart), BY_VERSION);
    for (what, sql, uses) in [
        ("reading an event by its id", EVENT, BY_ID),
        ("reading a commit by its id", COMMIT, BY_ID),
        ("asking for the head", HEAD, POSITION_OF_ALL),
        ("asking for a version", STREAM_VERSION, BY_VERSION),
        ("finding a time", NEXT, POSITION),
        ("finding the end of a time", LAST, POSITION),
        ("finding the newest event", NEWEST, POSITION),
        ("finding a stream", STREAM, BY_VERSION),
        ("finding an event id", EVENT_EXISTS, BY_ID),
        ("finding an earlier version", VERSION_BEFORE, BY_VERSION),
        ("reading a snapshot", SNAPSHOT, BY_VERSION),
    ] {
        add(what, sql, None, uses);
    }
    statements
}

/// SQLite does not say that it takes the last row of the table, only that it searches it.
const POSITION_OF_ALL: &str = "SEARCH pericarp_events";

fn filters() -> [(&'static str, Filter, &'static str); 9] {
    let none = Filter::default;
    let types = |count: usize| {
        (0..count)
            .filter_map(|number| EventType::parse(format!("t{number}")).ok())
            .fold(none(), Filter::event_type)
    };
    let stream = StreamName::parse("c-1").into_iter();
    let stream = stream.fold(none(), Filter::stream);
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
        ("reading the log by stream", stream, POSITION),
        ("reading the log by type", types(1), BY_TYPE),
        ("reading the log by types", types(5), BY_TYPE),
        (
            "reading the log by very many types",
            types(MOST_RANGES + 1),
            POSITION,
        ),
        (
            "reading the log by very many types, category and time",
            types(MOST_RANGES + 1).category("c").since(time),
            POSITION,
        ),
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

/// Whether SQLite would go through a whole table.
pub(super) fn scans(connection: &Connection, sql: &str) -> rusqlite::Result<bool> {
    Ok(explain(connection, sql)?.iter().any(|step| is_scan(step)))
}

/// What is wrong with a plan: a step through a whole table, a sort, or a missing index.
pub(super) fn objection(plan: &[String], uses: &str) -> Option<String> {
    let is_bad = |step: &&String| step.contains("TEMP B-TREE") || is_scan(step);
    if let Some(step) = plan.iter().find(is_bad) {
        return Some(step.clone());
    }
    if plan.iter().any(|step| step.contains(uses)) {
        None
    } else {
        Some(plan.join(", "))
    }
}

fn is_scan(step: &str) -> bool {
    step.starts_with("SCAN") && !step.contains("json_each")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use super::super::sample::log;
    use super::*;

    #[track_caller]
    fn check_all(log: &Connection, which: &str) {
        let statements = statements();
        assert!(statements.len() > 20);
        for planned in statements {
            let plan = planned.steps(log).unwrap();
            let objection = objection(&plan, planned.uses);
            assert_eq!(objection, None, "{which}, {}: {plan:#?}", planned.what);
        }
    }

    #[test]
    fn every_statement_goes_by_its_index() {
        check_all(&log(0, 0), "without statistics");
    }

    /// Statistics must not turn a range of a common type into a walk through the log; and after
    /// those of a log with a single stream, each event was looked for among all streams.
    #[test]
    fn every_statement_goes_by_its_index_after_analyze() {
        for (events, streams) in [(0, 0), (2_000, 1), (2_000, 2), (3_000, 30)] {
            let log = log(events, streams);
            log.execute_batch("ANALYZE").unwrap();
            check_all(&log, &format!("{events} events of {streams} streams"));
        }
    }

    /// A join is faster, so it is only given up for those statistics.
    #[test]
    fn names_are_joined_unless_that_goes_through_all_streams() {
        for (events, streams, joined) in [(0, 0, true), (2_000, 1, false), (3_000, 30, true)] {
            let log = log(events, streams);
            log.execute_batch("ANALYZE").unwrap();
            let others: Vec<Planned> = statements()
                .into_iter()
                .filter(|planned| planned.other.is_some())
                .collect();
            assert!(others.len() > 10);
            for planned in others {
                let is_joined = !scans(&log, &planned.sql).unwrap();
                assert_eq!(is_joined, joined, "{streams} streams, {}", planned.what);
            }
        }
    }

    #[test]
    fn a_statement_without_its_index_is_objected_to() {
        let log = log(0, 0);
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
