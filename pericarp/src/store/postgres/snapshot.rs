use sqlx::PgConnection;

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
            .query(statements.keep_snapshot())
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
