use super::Subject;
use super::check::{fresh, ok};
use super::events::{Stored, new_id, read, read_log, stream_in};
use super::ledger::check_order;
use crate::store::{Filter, ReadLog, Store};
use crate::{Commit, EventType, Expected, NewEvent, Position, StreamName, Timestamp};

/// The log reads in position order, with filters by type, category, stream and time; a filter
/// never changes the order or skips a match at the edge of a page.
///
/// # Panics
/// If the law does not hold.
pub async fn law_15_filters_skip_nothing(subject: &impl Subject) {
    const LAW: &str = "law 15";
    let (_log, store) = fresh(LAW, subject).await;
    fill(LAW, &store).await;
    let log = read_log(LAW, &store).await;
    check_order(LAW, &log);
    let filters = filters(LAW, &log);
    for (filter, matches) in &filters {
        for limit in [1, 2, 3, 7, matches.len().max(1), 10_000] {
            let forward = read(
                LAW,
                &store,
                ReadLog::all().filter(filter.clone()).limit(limit),
            );
            assert!(
                forward.await.iter().eq(matches.iter().copied()),
                "{LAW}: {filter:?} in pages of {limit}"
            );
            let backward = ReadLog::all()
                .backward()
                .filter(filter.clone())
                .limit(limit);
            assert!(
                read(LAW, &store, backward)
                    .await
                    .iter()
                    .eq(matches.iter().rev().copied()),
                "{LAW}: {filter:?} backward in pages of {limit}"
            );
        }
        check_cursors(LAW, &store, &log, filter, matches).await;
    }
}

/// From every position, and the gaps around them.
async fn check_cursors(
    law: &str,
    store: &impl Store,
    log: &[Stored],
    filter: &Filter,
    matches: &[&Stored],
) {
    let positions = log.iter().map(|event| event.position).step_by(5);
    for at in positions.chain([Position::START, Position::END]) {
        let after = ReadLog::all().after(at).filter(filter.clone()).limit(4);
        let expected = matches.iter().copied().filter(|event| event.position > at);
        assert!(
            read(law, store, after).await.iter().eq(expected),
            "{law}: {filter:?} after position {at}"
        );
        let before = ReadLog::all().before(at).filter(filter.clone()).limit(4);
        let expected = matches
            .iter()
            .rev()
            .copied()
            .filter(|event| event.position < at);
        assert!(
            read(law, store, before).await.iter().eq(expected),
            "{law}: {filter:?} before position {at}"
        );
    }
}

const TYPES: [&str; 4] = ["t.rare", "t.common", "t.other", "t"];
const CATEGORIES: [&str; 3] = ["ca", "cat", "cat.b"];

async fn fill(law: &str, store: &impl Store) {
    for number in 0..60_usize {
        let mut commit = Commit::new(new_id());
        for turn in 0..1 + number % 3 {
            let kind = match number + turn {
                n if n % 17 == 0 => TYPES[0],
                n if n % 3 == 0 => TYPES[2],
                n if n % 5 == 0 => TYPES[3],
                _ => TYPES[1],
            };
            let kind = ok(law, "name a type", EventType::parse(kind));
            let to = name(number * 7 + turn);
            let event = NewEvent {
                id: None,
                event_type: &kind,
                schema_version: 1,
                occurred_at: Timestamp::EPOCH,
                data: "{}",
                metadata: "{}",
            };
            ok(law, "add an event", commit.to(to, Expected::Any).raw(event));
        }
        ok(law, "append", store.append(commit).await);
    }
}

fn name(number: usize) -> StreamName {
    stream_in(CATEGORIES[number % 3], &format!("{}", number % 5))
}

/// Filters of every kind, with what they let through.
fn filters<'l>(law: &str, log: &'l [Stored]) -> Vec<(Filter, Vec<&'l Stored>)> {
    let kind = |name: &str| ok(law, "name a type", EventType::parse(name));
    let none = Filter::default;
    let types = |names: &[&str]| {
        let add = |filter: Filter, name: &&str| filter.event_type(kind(name));
        names.iter().fold(none(), add)
    };
    let unknown: Vec<String> = (0..30).map(|number| format!("t.u{number}")).collect();
    let many: Vec<&str> = unknown
        .iter()
        .map(String::as_str)
        .chain([TYPES[2], TYPES[0]])
        .collect();
    let times: Vec<Timestamp> = log.iter().map(|event| event.recorded_at).collect();
    let (early, late) = (times[times.len() / 4], times[3 * times.len() / 4]);
    let after_all = Timestamp::from_micros(times[times.len() - 1].as_micros() + 1);
    let filters = [
        none(),
        none().event_type(kind(TYPES[0])),
        none().event_type(kind(TYPES[1])),
        none().event_type(kind(TYPES[3])).event_type(kind(TYPES[0])),
        none().event_type(kind("t.unknown")),
        types(&TYPES),
        types(&[
            TYPES[2],
            TYPES[0],
            TYPES[2],
            "t.unknown",
            TYPES[0],
            "t.other2",
        ]),
        types(&many),
        types(&TYPES[..3]).category(CATEGORIES[1]),
        types(&many).stream(name(2)).since(early),
        types(&TYPES[1..]).since(early).until(late),
        none().category(CATEGORIES[0]),
        none().category(CATEGORIES[1]).category(CATEGORIES[2]),
        none().category("c"),
        none().category("'%"),
        none().stream(name(0)),
        none()
            .stream(name(1))
            .stream(name(8))
            .stream(stream_in("cat", "unknown")),
        none().since(early),
        none().until(early),
        none().since(early).until(late),
        none().since(late).until(early),
        none().since(after_all),
        none().until(after_all),
        none()
            .category(CATEGORIES[1])
            .event_type(kind(TYPES[1]))
            .since(early),
        none().category(CATEGORIES[0]).stream(name(1)),
        none()
            .stream(name(0))
            .stream(name(2))
            .event_type(kind(TYPES[1]))
            .until(late),
    ];
    let matching = |filter: &Filter| log.iter().filter(|event| passes(filter, event)).collect();
    filters
        .map(|filter| (matching(&filter), filter))
        .map(|(matches, filter)| (filter, matches))
        .into()
}

fn passes(filter: &Filter, event: &Stored) -> bool {
    let category = event.stream.split('-').next().unwrap_or_default();
    let types = &filter.types;
    (types.is_empty() || types.iter().any(|name| name.as_str() == event.event_type))
        && (filter.categories.is_empty() || filter.categories.iter().any(|c| c == category))
        && (filter.streams.is_empty()
            || filter
                .streams
                .iter()
                .any(|name| name.as_str() == event.stream))
        && filter.since.is_none_or(|since| since <= event.recorded_at)
        && filter.until.is_none_or(|until| event.recorded_at < until)
}
