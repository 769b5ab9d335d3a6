use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::Connection;

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
        // What changes from read to read is a parameter, so there are few texts; but the kinds of
        // words in a filter can be combined in more ways than are worth their memory.
        if self.statements.len() > MOST {
            self.statements.clear();
        }
        let statement = match self.statements.entry(sql.into()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let statement = Statement::prepare(self.connection, entry.key())?;
                entry.insert(statement)
            }
        };
        statement.query(parameters)
    }
}

/// Statements to keep.
const MOST: usize = 64;
