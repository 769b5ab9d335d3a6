use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// Every version of the schema, in order; the first is version 1. A released one never changes.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_log.sql"),
    include_str!("migrations/0002_snapshots.sql"),
];

pub(super) enum MigrateError {
    Newer { found: u32 },
    Sqlite(rusqlite::Error),
}

impl MigrateError {
    /// What SQLite said, if it did.
    pub(super) fn sqlite(self) -> Option<rusqlite::Error> {
        match self {
            Self::Newer { .. } => None,
            Self::Sqlite(error) => Some(error),
        }
    }
}

impl From<rusqlite::Error> for MigrateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Brings the schema to the newest version.
///
/// The version is kept in a table of ours rather than in `user_version`, which belongs to whoever
/// owns the rest of the file. It is read again inside the write transaction, so that of two
/// processes that start at once one migrates and the other finds it done.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), MigrateError> {
    if current(connection, steps)? == steps.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS pericarp_schema (
             version    INTEGER PRIMARY KEY,
             applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
         ) STRICT",
    )?;
    let done = current(&transaction, steps)?;
    for (step, version) in steps.iter().zip(1_i64..).skip(done) {
        transaction.execute_batch(step)?;
        transaction.execute(
            "INSERT INTO pericarp_schema (version) VALUES (?1)",
            [version],
        )?;
    }
    Ok(transaction.commit()?)
}

fn current(connection: &Connection, steps: &[&str]) -> Result<usize, MigrateError> {
    let there: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'pericarp_schema')",
        [],
        |row| row.get(0),
    )?;
    if !there {
        return Ok(0);
    }
    let found: Option<u32> = connection
        .query_row("SELECT max(version) FROM pericarp_schema", [], |row| {
            row.get(0)
        })
        .optional()?
        .flatten();
    let found = found.unwrap_or(0);
    if found as usize > steps.len() {
        return Err(MigrateError::Newer { found });
    }
    Ok(found as usize)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use super::*;

    #[test]
    fn an_older_schema_gets_the_missing_steps_and_keeps_its_rows() {
        let mut db = Connection::open_in_memory().unwrap();
        let first = "CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (7)";
        let second = "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 1";
        assert!(migrate(&mut db, &[first]).is_ok());
        assert!(migrate(&mut db, &[first, second]).is_ok());
        let row: (i64, i64) = db
            .query_row("SELECT a, b FROM t", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(row, (7, 1));
        assert!(matches!(
            migrate(&mut db, &[first]),
            Err(MigrateError::Newer { found: 2 })
        ));
    }
}
