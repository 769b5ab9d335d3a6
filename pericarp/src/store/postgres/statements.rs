use std::sync::Arc;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr};

use crate::store::{Direction, Filter, ReadLog, ReadStream, ReadStreams};

/// The texts of the store's statements, for the schema that the log is in. A text holds no data,
/// but for how many rows to read: with a number that the planner sees, one plan fits all.
#[derive(Debug)]
pub(super) struct Statements {
    schema: String,
    /// The arguments of pericarp_append.
    pub(super) append: Arc<str>,
    /// See [`insert`] and [`insert_one`].
    pub(super) insert: Arc<str>,
    pub(super) insert_one: Arc<str>,
    /// Whether they are prepared by name. sqlx closes those that its cache drops, and no other.
    pub(super) named: bool,
}

/// A schema's name as SQL has it.
pub(super) fn quoted(schema: &str) -> String {
    format!("\"{schema}\"")
}

/// What a row of the log is stored with.
const COLUMNS: &str =
    "position, stream, version, occurred_at, recorded_at, id, schema_version, ordinal,
    type, data, metadata";
/// What an aggregate folds, in the order that `row::facts` takes it.
const FACTS: &str = "e.version, e.type, e.schema_version, e.occurred_at, e.data, e.metadata";
/// What is known of an event beside that, in the order that `row::event` takes it.
const RECORD: &str = "e.position, e.id, e.ordinal, e.recorded_at";

impl Statements {
    pub(super) fn new(schema: &str, named: bool) -> Self {
        let schema = quoted(schema);
        let append = format!(
            "SELECT verdicts, places, before, recorded, start, start_id, same, stream_ids FROM {schema}.pericarp_append(
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                $21, $22, $23, $24, $25, $26)"
        );
        Self {
            append: append.into(),
            insert: insert(&schema).into(),
            insert_one: insert_one(&schema).into(),
            schema,
            named,
        }
    }

    /// The name of the schema, as SQL has it.
    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// One of the statements below, to be given its parameters.
    pub(super) fn query<'q>(&self, sql: impl SqlSafeStr) -> Query<'q, Postgres, PgArguments> {
        sqlx::query(sql).persistent(self.named)
    }

    pub(super) fn head(&self) -> AssertSqlSafe<String> {
        let schema = &self.schema;
        AssertSqlSafe(format!(
            "SELECT coalesce(max(position), 0) FROM {schema}.pericarp_events"
        ))
    }

    /// $1: the stream.
    pub(super) fn stream_version(&self) -> AssertSqlSafe<String> {
        let schema = &self.schema;
        AssertSqlSafe(format!(
            "SELECT coalesce(max(version), 0) FROM {schema}.pericarp_events
             WHERE stream = (SELECT id FROM {schema}.pericarp_streams WHERE name = $1)"
        ))
    }

    /// $1: the stream, $2: a position.
    pub(super) fn version_before(&self) -> AssertSqlSafe<String> {
        let schema = &self.schema;
        AssertSqlSafe(format!(
            "SELECT coalesce(max(version), 0) FROM {schema}.pericarp_events
             WHERE stream = (SELECT id FROM {schema}.pericarp_streams WHERE name = $1)
               AND position < $2"
        ))
    }

    /// $1: ids of events.
    pub(super) fn known_ids(&self) -> AssertSqlSafe<String> {
        let schema = &self.schema;
        AssertSqlSafe(format!(
            "SELECT id FROM {schema}.pericarp_events WHERE id = ANY($1)"
        ))
    }

    /// $1: the stream, $2: the version to start at.
    pub(super) fn stream(&self, read: &ReadStream) -> AssertSqlSafe<String> {
        let (schema, limit) = (&self.schema, one_more(read.limit));
        let (record, comma) = if read.facts_only {
            ("", "")
        } else {
            (RECORD, ", ")
        };
        let (compare, order) = match read.direction {
            Direction::Forward => (">=", ""),
            Direction::Backward => ("<=", "DESC"),
        };
        AssertSqlSafe(format!(
            "SELECT {FACTS}{comma}{record} FROM {schema}.pericarp_events AS e
             WHERE e.stream = (SELECT id FROM {schema}.pericarp_streams WHERE name = $1)
               AND e.version {compare} $2
             ORDER BY e.version {order} LIMIT {limit}"
        ))
    }

    /// $1: the stream. Its snapshot, if that is of a version that the stream has, and the events
    /// behind it; always at least one row, and the snapshot is in the first.
    ///
    /// One row of the snapshot, so its events come as the index has them.
    pub(super) fn stream_behind_snapshot(&self, read: &ReadStream) -> AssertSqlSafe<String> {
        let (schema, limit) = (&self.schema, one_more(read.limit));
        AssertSqlSafe(format!(
            "WITH s AS MATERIALIZED (
                 SELECT s.* FROM (SELECT) AS one
                 LEFT JOIN {schema}.pericarp_snapshots AS s
                     ON s.stream = (SELECT id FROM {schema}.pericarp_streams WHERE name = $1)
                    AND EXISTS (SELECT FROM {schema}.pericarp_events AS e
                                WHERE e.stream = s.stream AND e.version = s.version))
             SELECT {FACTS}, {RECORD}, s.version, s.fingerprint, s.checksum,
                    CASE WHEN e.version IS NULL OR e.version = s.version + 1 THEN s.data END
             FROM s LEFT JOIN LATERAL (
                 SELECT * FROM {schema}.pericarp_events AS e
                 WHERE e.stream = (SELECT id FROM {schema}.pericarp_streams WHERE name = $1)
                   AND e.version > coalesce(s.version, 0)
                 ORDER BY e.version LIMIT {limit}) AS e ON true"
        ))
    }

    /// $1: the streams, $2 and $3: the stream and the version to go on after.
    ///
    /// Each stream is one range of the index, and there is nothing to sort.
    pub(super) fn streams(&self, read: &ReadStreams) -> AssertSqlSafe<String> {
        let (schema, limit) = (&self.schema, one_more(read.limit));
        AssertSqlSafe(format!(
            "SELECT {FACTS}, {RECORD}, s.name
             FROM (SELECT id, name, coalesce((SELECT id FROM {schema}.pericarp_streams WHERE name = $2), 0) AS past
                   FROM {schema}.pericarp_streams WHERE name = ANY($1) ORDER BY id) AS s
             CROSS JOIN LATERAL (
                 SELECT * FROM {schema}.pericarp_events AS e
                 WHERE e.stream = s.id AND e.version > CASE WHEN s.id = s.past THEN $3 ELSE 0 END
                 ORDER BY e.version LIMIT {limit}) AS e
             WHERE s.id >= s.past
             ORDER BY s.id, e.version LIMIT {limit}"
        ))
    }

    /// $1: the position to start after or before, $2: types, $3: categories, $4: streams, $5 and
    /// $6: times; those that the filter does not name are not looked at.
    pub(super) fn log(&self, read: &ReadLog) -> AssertSqlSafe<String> {
        let (schema, limit) = (&self.schema, one_more(read.limit));
        let (compare, bound, order) = match read.direction {
            Direction::Forward => (">", "greatest", ""),
            Direction::Backward => ("<", "least", "DESC"),
        };
        let Filter {
            types,
            categories,
            streams,
            since,
            until,
        } = &read.filter;
        // A time is a place in the log, since times never fall as positions rise.
        let mut conditions = format!("e.position {compare} $1");
        let place = |time| format!("{schema}.pericarp_position_before({time})");
        match (read.direction, since, until) {
            (Direction::Forward, Some(_), _) => {
                conditions = format!("e.position {compare} {bound}($1, {})", place("$5"));
            }
            (Direction::Backward, _, Some(_)) => {
                conditions = format!("e.position {compare} {bound}($1, {} + 1)", place("$6"));
            }
            _ => {}
        }
        if until.is_some() && read.direction == Direction::Forward {
            conditions += &format!(" AND e.position <= {}", place("$6"));
        }
        if since.is_some() && read.direction == Direction::Backward {
            conditions += &format!(" AND e.position > {}", place("$5"));
        }
        // Looked up for each event, which a planner that knows little cannot do worse.
        let stream_of = |column| {
            format!("(SELECT s.{column} FROM {schema}.pericarp_streams AS s WHERE s.id = e.stream)")
        };
        if !categories.is_empty() {
            conditions += &format!(" AND {} = ANY($3)", stream_of("category"));
        }
        if !streams.is_empty() {
            conditions += &format!(
                " AND e.stream = ANY(ARRAY(SELECT id FROM {schema}.pericarp_streams WHERE name = ANY($4)))"
            );
        }
        let from = if types.is_empty() {
            format!("{schema}.pericarp_events AS e WHERE {conditions}")
        } else {
            // The first of each type, from the index, and of those the first.
            format!(
                "unnest($2) AS t (name) CROSS JOIN LATERAL (
                     SELECT * FROM {schema}.pericarp_events AS e
                     WHERE e.type = t.name AND {conditions}
                     ORDER BY e.position {order} LIMIT {limit}) AS e"
            )
        };
        AssertSqlSafe(format!(
            "SELECT {FACTS}, {RECORD}, {} FROM {from} ORDER BY e.position {order} LIMIT {limit}",
            stream_of("name")
        ))
    }

    /// $1: the id of the event.
    pub(super) fn event(&self) -> AssertSqlSafe<String> {
        let schema = &self.schema;
        AssertSqlSafe(format!(
            "SELECT {FACTS}, {RECORD}, s.name FROM {schema}.pericarp_events AS e
             JOIN {schema}.pericarp_streams AS s ON s.id = e.stream WHERE e.id = $1"
        ))
    }

    /// $1: ids of events.
    pub(super) fn events(&self) -> AssertSqlSafe<String> {
        let schema = &self.schema;
        AssertSqlSafe(format!(
            "SELECT {FACTS}, {RECORD}, s.name FROM {schema}.pericarp_events AS e
             JOIN {schema}.pericarp_streams AS s ON s.id = e.stream WHERE e.id = ANY($1)"
        ))
    }

    /// $1: streams.
    pub(super) fn versions(&self) -> AssertSqlSafe<String> {
        let schema = &self.schema;
        AssertSqlSafe(format!(
            "SELECT s.name, s.id,
                    coalesce((SELECT max(e.version) FROM {schema}.pericarp_events AS e WHERE e.stream = s.id), 0)
             FROM {schema}.pericarp_streams AS s WHERE s.name = ANY($1)"
        ))
    }

    /// $1: the id of the commit. A commit reaches from its first event to the next one's first.
    pub(super) fn commit(&self) -> AssertSqlSafe<String> {
        let schema = &self.schema;
        AssertSqlSafe(format!(
            "SELECT {FACTS}, {RECORD},
                    (SELECT s.name FROM {schema}.pericarp_streams AS s WHERE s.id = e.stream)
             FROM {schema}.pericarp_events AS e
             CROSS JOIN (SELECT position FROM {schema}.pericarp_events WHERE id = $1 AND ordinal = 0) AS first
             WHERE e.position >= first.position
               AND e.position < coalesce(
                   (SELECT n.position FROM {schema}.pericarp_events AS n
                    WHERE n.position > first.position AND n.ordinal = 0
                    ORDER BY n.position LIMIT 1), {})
             ORDER BY e.position",
            i64::MAX
        ))
    }
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// $1: the position of the last event, $2: its id, $3: whether durability is relaxed, and of the
/// one to store $4: the position, $5: the stream, $6: the version, $7: occurred_at, $8: recorded_at,
/// $9: the id, $10: the schema version, $11: the ordinal, $12: the type, $13: the payload, $14: the
/// metadata.
fn insert_one(schema: &str) -> String {
    format!(
        "INSERT INTO {schema}.pericarp_events ({COLUMNS})
         SELECT $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
         WHERE {}",
        ends_at(schema)
    )
}

/// $1, $2 and $3: as in [`insert_one`], $4: recorded_at, and the other columns as arrays: $5:
/// positions, $6: streams, $7: versions, $8: occurred_at, $9: ids, $10: schema versions, $11:
/// ordinals, $12: types, $13: payloads, $14: metadata.
fn insert(schema: &str) -> String {
    format!(
        "INSERT INTO {schema}.pericarp_events ({COLUMNS})
         SELECT e.position, e.stream, e.version, e.occurred_at, $4, e.id, e.schema_version, e.ordinal,
                e.type, e.data, e.metadata
         FROM unnest($5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             AS e (position, stream, version, occurred_at, id, schema_version, ordinal, type, data, metadata)
         WHERE {}",
        ends_at(schema)
    )
}

/// Takes the append lock if it is free, and tells whether the log ends with the event $2 at the
/// position $1.
///
/// The snapshot of the statement may be older than the lock by then. Somebody who appended in between
/// has the position that this statement goes on to insert, so that it fails; and nobody who leaves a gap
/// can have been there, since he locks the table, which a statement waits for before its snapshot.
fn ends_at(schema: &str) -> String {
    let log = format!("'{schema}.pericarp_events'::regclass::oid");
    // The trigger looks whether it may be, even if no row is stored. Durable unless told otherwise,
    // whatever the server's default is. The bound spares the index a page of positions.
    format!(
        "(SELECT CASE
             WHEN set_config('pericarp.appending', {log}::text, true) IS NULL THEN false
             WHEN NOT pg_try_advisory_xact_lock(1885696617, {log}::bigint::bit(32)::integer) THEN false
             WHEN $3 AND set_config('synchronous_commit', 'off', true) IS NULL THEN false
             WHEN NOT $3 AND current_setting('synchronous_commit') = 'off'
                 AND set_config('synchronous_commit', 'on', true) IS NULL THEN false
             ELSE (SELECT e.position = $1 AND e.id = $2 FROM {schema}.pericarp_events e
                   WHERE e.position >= $1 ORDER BY e.position DESC LIMIT 1)
         END)"
    )
}
