use super::prepared::Prepared;
use super::read::{json_array, one_more};
use super::row::{push_rows, select};
use super::statement::Parameter::{self, Text, Whole};
use super::time_range::TimeRange;
use crate::store::{Direction, ReadLog};
use crate::{Page, StreamName};

/// Fills a page with events of the log.
pub(super) fn fill_log(
    prepared: &mut Prepared<'_>,
    read: &ReadLog,
    page: &mut Page,
) -> rusqlite::Result<()> {
    let Some(range) = TimeRange::of(prepared.connection(), read)? else {
        return Ok(());
    };
    let (sql, parameters) = statement(read, &range);
    push_rows(prepared.query(sql, &parameters)?, page, read.limit)
}

/// Column 7 is the position.
const SELECT: &str = select!(
    ", s.name FROM pericarp_events AS e
     CROSS JOIN pericarp_streams AS s ON s.id = e.stream
     WHERE e.position > ?1 AND e.position < ?2"
);

/// More types than this are looked for among all events: where so many are wanted, few are not.
const MOST_RANGES: usize = 16;

/// The statement and its parameters. The text depends on which kinds of words there are, not on
/// the words, and hardly on how many; so there are few statements to prepare.
pub(super) fn statement<'r>(read: &'r ReadLog, range: &TimeRange) -> (String, Vec<Parameter<'r>>) {
    let filter = &read.filter;
    let mut types: Vec<&str> = filter.types.iter().map(|name| name.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    let in_ranges = !types.is_empty() && types.len() <= MOST_RANGES;

    let mut parameters = vec![
        Whole(range.after),
        Whole(range.before),
        Whole(one_more(read.limit)),
    ];
    let mut add = |value| {
        parameters.push(value);
        parameters.len()
    };
    let mut conditions = String::new();
    let streams = filter.streams.iter().map(StreamName::as_str).collect();
    let categories = filter.categories.iter().map(String::as_str).collect();
    let listed = if in_ranges { Vec::new() } else { types.clone() };
    for (column, words) in [
        ("e.type", listed),
        ("s.category", categories),
        ("s.name", streams),
    ] {
        if !words.is_empty() {
            let number = add(Text(json_array(words).into()));
            conditions += &format!(" AND {column} IN (SELECT value FROM json_each(?{number}))");
        }
    }
    for (time, compare) in [(filter.since, ">="), (filter.until, "<")] {
        if let Some(time) = time {
            let number = add(Whole(time.as_micros()));
            conditions += &format!(" AND e.recorded_at {compare} ?{number}");
        }
    }

    let selects = if in_ranges {
        // Each type is a range of its index, in order, and SQLite merges them while they are read.
        // No event has the type that fills them up to a power of two. Without the likelihood,
        // statistics of a log with few types would make SQLite walk through all of it.
        let count = types.len().next_power_of_two();
        types.resize(count, "");
        let ranges: Vec<String> = types
            .into_iter()
            .map(|name| {
                let number = add(Text(name.into()));
                format!("{SELECT} AND likelihood(e.type = ?{number}, 0.001){conditions}")
            })
            .collect();
        ranges.join(" UNION ALL ")
    } else {
        format!("{SELECT}{conditions}")
    };
    let order = match read.direction {
        Direction::Forward => "",
        Direction::Backward => " DESC",
    };
    (format!("{selects} ORDER BY 7{order} LIMIT ?3"), parameters)
}
