//! What an append asks and writes, whoever owns the connection.

/// When the newest event was recorded.
pub(super) const NEWEST: &str = "SELECT recorded_at FROM pericarp_events
     WHERE position = (SELECT max(position) FROM pericarp_events)";

/// The id and the version of a stream; the version is NULL if it has no event.
pub(super) const STREAM: &str =
    "SELECT id, (SELECT max(version) FROM pericarp_events WHERE stream = s.id)
     FROM pericarp_streams AS s WHERE name = ?1";

/// One row if there is an event with an id.
pub(super) const EVENT_EXISTS: &str = "SELECT 1 FROM pericarp_events WHERE id = ?1";

/// Answers with the id of the new stream.
pub(super) const INSERT_STREAM: &str =
    "INSERT INTO pericarp_streams (name, category) VALUES (?1, ?2) RETURNING id";

/// Answers with nothing: the position is the row id of the last insert.
pub(super) const INSERT_EVENT: &str = "INSERT INTO pericarp_events
         (stream, version, id, type, schema_version, ordinal, occurred_at, recorded_at, data,
          metadata)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// The version that a stream had before a position.
pub(super) const VERSION_BEFORE: &str = "SELECT max(version) FROM pericarp_events
     WHERE stream = (SELECT id FROM pericarp_streams WHERE name = ?1) AND position < ?2";

/// Inserts nothing, and takes the write lock to do so.
#[cfg(feature = "sqlite-sqlx")]
pub(super) const TAKE_WRITE_LOCK: &str =
    "INSERT INTO pericarp_schema (version) SELECT version FROM pericarp_schema WHERE 0";

/// The snapshot of a stream, if it is of a version that the stream has.
pub(super) const SNAPSHOT: &str = "SELECT s.version, s.fingerprint, s.checksum, s.data
     FROM pericarp_snapshots AS s
     WHERE s.stream = (SELECT id FROM pericarp_streams WHERE name = ?1)
       AND EXISTS (SELECT 1 FROM pericarp_events AS e
                   WHERE e.stream = s.stream AND e.version = s.version)";
