use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use crate::Outcome;

/// Makes a table like Pericarp's: the same columns and indexes, without its guard, and positions
/// that come from a sequence.
///
/// # Errors
/// If there is no log in the database.
pub async fn make_table(connection: &mut PgConnection, name: &str) -> Outcome<()> {
    let sql = format!(
        "CREATE TABLE {name} (LIKE pericarp_events INCLUDING ALL);
         ALTER TABLE {name} ALTER position ADD GENERATED ALWAYS AS IDENTITY;"
    );
    connection.execute(AssertSqlSafe(sql)).await?;
    Ok(())
}

pub(super) const COLUMNS: &str =
    "stream, version, occurred_at, recorded_at, schema_version, id, ordinal, type, data, metadata";
