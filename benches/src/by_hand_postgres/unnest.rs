use std::time::SystemTime;

use pericarp::{Ids as _, RandomIds, Timestamp};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::table::COLUMNS;
use crate::Outcome;

/// An event to insert.
#[derive(Debug)]
pub struct Event {
    /// Its stream.
    pub stream: i64,
    /// Its version, which the caller counts.
    pub version: i64,
    /// Its place in its commit.
    pub ordinal: i32,
    /// Its payload.
    pub data: String,
}

/// Inserts events as one statement, which is one transaction. It checks nothing.
///
/// # Errors
/// If PostgreSQL refuses one.
pub async fn unnest<'e>(
    connection: &mut PgConnection,
    table: &str,
    events: impl IntoIterator<Item = &'e Event>,
) -> Outcome<()> {
    let now = Timestamp::from(SystemTime::now()).as_micros();
    let (mut streams, mut versions, mut ordinals) = (Vec::new(), Vec::new(), Vec::new());
    let (mut occurred, mut types, mut schema_versions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ids, mut datas, mut metadatas) = (Vec::<Uuid>::new(), Vec::new(), Vec::new());
    for event in events {
        streams.push(event.stream);
        versions.push(event.version);
        occurred.push(now);
        schema_versions.push(1_i64);
        ids.push(RandomIds.next());
        ordinals.push(event.ordinal);
        types.push("account.deposited");
        datas.push(event.data.as_str());
        metadatas.push("{}");
    }
    let sql = format!(
        "INSERT INTO {table} ({COLUMNS})
         SELECT stream, version, occurred_at, $4, schema_version, id, ordinal, type, data::json, metadata::json
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $5::bigint[], $6::uuid[],
                     $7::integer[], $8::text[], $9::text[], $10::text[])
             AS e (stream, version, occurred_at, schema_version, id, ordinal, type, data, metadata)"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(streams)
        .bind(versions)
        .bind(occurred)
        .bind(now)
        .bind(schema_versions)
        .bind(ids)
        .bind(ordinals)
        .bind(types)
        .bind(datas)
        .bind(metadatas)
        .execute(connection)
        .await?;
    Ok(())
}
