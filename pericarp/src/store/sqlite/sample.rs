//! A log for tests, which is written past the store.
#![expect(clippy::unwrap_used, reason = "a failing test says where")]

use rusqlite::Connection;

use super::migrate::{MIGRATIONS, migrate};

/// A log in memory with events, which are evenly over some streams.
pub(super) fn log(events: u32, streams: u32) -> Connection {
    log_in(Connection::open_in_memory().unwrap(), events, streams)
}

/// A log in a new database.
pub(super) fn log_in(mut database: Connection, events: u32, streams: u32) -> Connection {
    assert!(migrate(&mut database, MIGRATIONS).is_ok());
    database
        .execute_batch(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {events})
             INSERT INTO pericarp_streams (name, category)
             SELECT 'c-' || i, 'c' FROM n WHERE i <= {streams};
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {events})
             INSERT INTO pericarp_events
             SELECT i, 1 + (i - 1) % {streams}, 1 + (i - 1) / {streams}, randomblob(16),
                    't' || min(i % 20, 2), 1, 0, i, i, '{{}}', '{{}}' FROM n WHERE i <= {events}"
        ))
        .unwrap();
    database
}
