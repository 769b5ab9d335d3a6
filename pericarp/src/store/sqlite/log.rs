use super::prepared::Prepared;
use super::read::{json_array, one_more};
use super::row::{Names, push_rows, select, select_apart, select_joined};
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
    let (sql, parameters) = statement(read, &range, Names::Joined);
    let apart = || statement(read, &range, Names::Apart).0.into();
    let rows = prepared.query_or(sql, apart, &parameters)?;
    push_rows(rows, page, read.limit)
}

/// Column 7 is the position; and how to ask for the category.
const JOINED: (&str, &str) = (
    select_joined!("WHERE e.position > ?1 AND e.position < ?2"),
    "s.category",
);
const APART: (&str, &str) = (
    select_apart!("WHERE e.position > ?1 AND e.position < ?2"),
    "(SELECT category FROM pericarp_streams WHERE id = e.stream)",
);

/// A name that no stream has is NULL, which nothing is in.
const STREAM_CALLED_VALUE: &str = "(SELECT id FROM pericarp_streams WHERE name = value)";

/// More types than this are looked for among all events: where so many are wanted, few are not.
pub(super) const MOST_RANGES: usize = 16;

/// The statement and its parameters. The text depends on which kinds of words there are, not on
/// the words, and hardly on how many; so there are few statements to prepare.
pub(super) fn statement<'r>(
    read: &'r ReadLog,
    range: &TimeRange,
    names: Names,
) -> (String, Vec<Parameter<'r>>) {
    let (select, category) = match names {
        Names::Joined => JOINED,
        Names::Apart => APART,
    };
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
    // With a `+` SQLite does not go by an index of the column, and then sort what it finds.
    for (column, selected, words) in [
        ("+e.type", "value", listed),
        (category, "value", categories),
        ("+e.stream", STREAM_CALLED_VALUE, streams),
    ] {
        if !words.is_empty() {
            let number = add(Text(json_array(words).into()));
            conditions +=
                &format!(" AND {column} IN (SELECT {selected} FROM json_each(?{number}))");
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
                format!("{select} AND likelihood(e.type = ?{number}, 0.001){conditions}")
            })
            .collect();
        ranges.join(" UNION ALL ")
    } else {
        format!("{select}{conditions}")
    };
    let order = match read.direction {
        Direction::Forward => "",
        Direction::Backward => " DESC",
    };
    (format!("{selects} ORDER BY 7{order} LIMIT ?3"), parameters)
}
