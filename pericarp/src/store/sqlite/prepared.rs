use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::Connection;

use super::plans;
use super::statement::{Parameter, Rows, Statement};

/// The statements that a connection reads with, each prepared once.
pub(super) struct Prepared<'c> {
    connection: &'c Connection,
    statements: HashMap<Cow<'static, str>, Statement<'c>>,
}

impl<'c> Prepared<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            statements: HashMap::new(),
        }
    }

    /// The connection itself, for questions with one answer.
    pub(super) const fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Runs a statement with a parameter for every `?`.
    pub(super) fn query(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        parameters: &[Parameter<'_>],
    ) -> rusqlite::Result<Rows<'_>> {
        self.run(sql.into(), parameters, Statement::prepare)
    }

    /// Runs a statement, or `other` in its place, which selects the same, if SQLite would go
    /// through a whole table for the first.
    pub(super) fn query_or(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        other: impl FnOnce() -> Cow<'static, str>,
        parameters: &[Parameter<'_>],
    ) -> rusqlite::Result<Rows<'_>> {
        self.run(sql.into(), parameters, |connection, sql| {
            if plans::scans(connection, sql)? {
                Statement::prepare(connection, &other())
            } else {
                Statement::prepare(connection, sql)
            }
        })
    }

    fn run(
        &mut self,
        sql: Cow<'static, str>,
        parameters: &[Parameter<'_>],
        prepare: impl FnOnce(&'c Connection, &str) -> rusqlite::Result<Statement<'c>>,
    ) -> rusqlite::Result<Rows<'_>> {
        // What changes from read to read is a parameter, so there are few texts; but the kinds of
        // words in a filter can be combined in more ways than are worth their memory.
        if self.statements.len() >= MOST && !self.statements.contains_key(&sql) {
            self.statements.clear();
        }
        let statement = match self.statements.entry(sql) {
            // SQLite has other statistics, or another schema, than when it was chosen.
            Entry::Occupied(mut entry) if entry.get().was_prepared_again() => {
                let statement = prepare(self.connection, entry.key())?;
                entry.insert(statement);
                entry.into_mut()
            }
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let statement = prepare(self.connection, entry.key())?;
                entry.insert(statement)
            }
        };
        statement.query(parameters)
    }
}

/// Statements to keep at most.
const MOST: usize = 64;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use super::super::SqliteOptions;
    use super::super::open::reading_connection;
    use super::super::sample::{log, log_in};
    use super::Parameter::Whole;
    use super::*;

    /// Every read with a limit prepared its statement again, which took longer than to load a
    /// short stream.
    #[test]
    fn every_statement_is_prepared_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let client = log_in(Connection::open(&path).unwrap(), 2_000, 30);
        for statistics in ["", "ANALYZE"] {
            client.execute_batch(statistics).unwrap();
            let connection = reading_connection(&SqliteOptions::new(&path)).unwrap();
            let mut prepared = Prepared::new(&connection);
            let planned = plans::statements();
            assert!(planned.len() > 20 && planned.len() < MOST);
            for turn in 1..5 {
                for planned in &planned {
                    let places = connection.prepare(&planned.sql).unwrap().parameter_count();
                    let parameters: Vec<Parameter<'_>> = (0..places).map(|_| Whole(turn)).collect();
                    let mut rows = prepared.query(planned.sql.clone(), &parameters).unwrap();
                    while rows.next().unwrap().is_some() {}
                }
            }
            assert_eq!(prepared.statements.len(), planned.len());
            for (sql, statement) in &prepared.statements {
                assert!(!statement.was_prepared_again(), "{sql}");
            }
        }
    }

    #[test]
    fn so_many_statements_are_kept_and_no_more() {
        let connection = log(0, 0);
        let mut prepared = Prepared::new(&connection);
        for number in 0..MOST {
            prepared.query(format!("SELECT {number}"), &[]).unwrap();
        }
        for number in 0..MOST {
            prepared.query(format!("SELECT {number}"), &[]).unwrap();
            assert_eq!(prepared.statements.len(), MOST);
        }
        prepared.query("SELECT 'one more'", &[]).unwrap();
        assert_eq!(prepared.statements.len(), 1);
    }

    /// Statistics that were taken while the log had one stream turned every join of a connection
    /// that was open already into a walk through all streams, too.
    #[test]
    fn what_is_run_is_chosen_again_after_analyze() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let client = log_in(Connection::open(&path).unwrap(), 2_000, 1);
        let connection = reading_connection(&SqliteOptions::new(&path)).unwrap();
        let mut prepared = Prepared::new(&connection);
        let mut answer = || {
            let join = "SELECT 1 FROM pericarp_events AS e
                        CROSS JOIN pericarp_streams AS s ON s.id = e.stream WHERE e.position = 7";
            let mut rows = prepared.query_or(join, || "SELECT 2".into(), &[]).unwrap();
            rows.next().unwrap().unwrap().whole(0).unwrap()
        };
        assert_eq!([answer(), answer()], [1, 1]);
        client.execute_batch("ANALYZE").unwrap();
        // SQLite finds out while it runs the first.
        assert_eq!([answer(), answer(), answer()], [1, 2, 2]);
    }
}
