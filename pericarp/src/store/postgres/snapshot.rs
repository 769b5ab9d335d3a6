use sqlx::{AssertSqlSafe, PgConnection};

use super::fault::PostgresFault;
use super::read::Question;
use super::statements::Statements;
use crate::store::{Snapshot, WrittenSnapshot};

/// A snapshot that is to be stored.
pub(super) struct Keep(pub(super) WrittenSnapshot);

impl Question for Keep {
    type Answer = ();

    async fn ask(
        &mut self,
        connection: &mut PgConnection,
        statements: &Statements,
    ) -> Result<(), PostgresFault> {
        let Snapshot {
            version,
            fingerprint,
            data,
            checksum,
        } = self.0.view();
        statements
            .query(insert(statements.schema()))
            .bind(self.0.stream().as_str())
            .bind(version.get().cast_signed())
            .bind(fingerprint)
            .bind(i64::from(checksum))
            .bind(data)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// $1: the stream, $2: the version, $3: the fingerprint, $4: the checksum, $5: the state. Takes the
/// place of the one before, and waits for no disk.
fn insert(schema: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "INSERT INTO {schema}.pericarp_snapshots (stream, version, fingerprint, checksum, data)
         SELECT id, $2, $3, $4, $5 FROM {schema}.pericarp_streams
         WHERE name = $1 AND set_config('synchronous_commit', 'off', true) IS NOT NULL
         ON CONFLICT (stream) DO UPDATE SET version = excluded.version,
             fingerprint = excluded.fingerprint, checksum = excluded.checksum, data = excluded.data"
    ))
}
