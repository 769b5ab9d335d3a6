use rusqlite::{Connection, OptionalExtension, params};

use crate::Timestamp;
use crate::store::{Direction, ReadLog};

/// The positions between which a read of the log finds all its events. It reads neither.
///
/// `recorded_at` never falls as positions rise, so a time is a place in the log, which is found
/// with a few probes and needs no index of its own.
pub(super) struct TimeRange {
    pub(super) after: i64,
    pub(super) before: i64,
}

pub(super) const NEXT: &str = "SELECT position, recorded_at FROM pericarp_events
     WHERE position >= ?1 ORDER BY position LIMIT 1";

pub(super) const LAST: &str = "SELECT position, recorded_at FROM pericarp_events
     WHERE position < ?1 ORDER BY position DESC LIMIT 1";

impl TimeRange {
    /// `None` if no event was recorded in that time yet.
    pub(super) fn of(connection: &Connection, read: &ReadLog) -> rusqlite::Result<Option<Self>> {
        let past = read.past.get() as i64;
        let mut range = match read.direction {
            Direction::Forward => Self {
                after: past,
                before: i64::MAX,
            },
            Direction::Backward => Self {
                after: 0,
                before: past,
            },
        };
        if let Some(since) = read.filter.since {
            match range.first_at(connection, since)? {
                Some(first) => range.after = first - 1,
                None => return Ok(None),
            }
        }
        if let Some(until) = read.filter.until
            && let Some(first) = range.first_at(connection, until)?
        {
            range.before = first;
        }
        Ok(Some(range))
    }

    /// The first position in the range with an event that was recorded at `time` or later.
    fn first_at(&self, connection: &Connection, time: Timestamp) -> rusqlite::Result<Option<i64>> {
        // The two ends first: most pages start behind `since` and end before `until`.
        match probe(connection, NEXT, self.after.saturating_add(1))? {
            None => return Ok(None),
            Some((position, _)) if position >= self.before => return Ok(None),
            Some((position, recorded)) if recorded >= time => return Ok(Some(position)),
            Some(_) => {}
        }
        let mut found = match probe(connection, LAST, self.before)? {
            Some((position, recorded)) if recorded >= time => position,
            _ => return Ok(None),
        };
        // Events up to `low` are earlier; from `high` up to `found` there is none.
        let (mut low, mut high) = (self.after, found);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match probe(connection, NEXT, middle)? {
                Some((position, recorded)) if recorded < time => low = position,
                Some((position, _)) => (found, high) = (position, middle),
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }
}

fn probe(
    connection: &Connection,
    sql: &'static str,
    position: i64,
) -> rusqlite::Result<Option<(i64, Timestamp)>> {
    connection
        .prepare_cached(sql)?
        .query_row(params![position], |row| {
            Ok((row.get(0)?, Timestamp::from_micros(row.get(1)?)))
        })
        .optional()
}
