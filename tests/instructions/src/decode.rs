//! The events of an account, decoded by what the derive generates and by a match.

use std::borrow::Cow;
use std::hint::black_box;

use pericarp::prelude::*;
use pericarp::{DecodeError, DecodeEvent, DecodeReason, Position, Reading, RecordedEvent};
use pericarp::{Timestamp, Version};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
struct Opened<'a> {
    #[serde(borrow)]
    owner: Cow<'a, str>,
    limit: i64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.deposited")]
struct Deposited {
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.withdrawn")]
struct Withdrawn<'a> {
    cents: i64,
    #[serde(borrow)]
    note: Cow<'a, str>,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.limited")]
struct Limited {
    limit: i64,
    until: u64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.closed")]
struct Closed<'a> {
    #[serde(borrow)]
    reason: Cow<'a, str>,
}

#[derive(Aggregate, Default)]
#[aggregate(
    category = "account",
    id = u64,
    events(Opened<'_>, Deposited, Withdrawn<'_>, Limited, Closed<'_>)
)]
struct Account;

/// Counts what it is told, so that nothing of a payload is left out.
macro_rules! apply {
    ($($event:ty)*) => { $(
        impl Apply<$event> for Account {
            fn apply(&mut self, event: $event, _: &Meta<'_>) {
                black_box(event);
            }
        }
    )* };
}
apply!(Opened<'_> Deposited Withdrawn<'_> Limited Closed<'_>);

const STORED: [(&str, &str); 5] = [
    ("account.opened", r#"{"owner":"Ann","limit":-50000}"#),
    ("account.deposited", r#"{"cents":12500}"#),
    ("account.withdrawn", r#"{"cents":7000,"note":"rent"}"#),
    ("account.limited", r#"{"limit":-1000,"until":1764352882}"#),
    ("account.closed", r#"{"reason":"moved away"}"#),
];

fn records() -> [RecordedEvent<'static>; STORED.len()] {
    STORED.map(|(event_type, data)| RecordedEvent {
        id: Uuid::nil(),
        event_type,
        schema_version: 1,
        stream: "account-1",
        version: Version::new(1),
        position: Position::new(1),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::EPOCH,
        data,
        metadata: "{}",
    })
}

pub(crate) fn generated(rounds: u64) {
    decode_all(rounds, |record| {
        AccountEvent::decode_each(record, |event| take(event))
    });
}

pub(crate) fn by_hand(rounds: u64) {
    decode_all(rounds, match_by_hand);
}

fn decode_all(
    rounds: u64,
    decode: impl Fn(&RecordedEvent<'static>) -> Result<Reading, DecodeError>,
) {
    let records = records();
    for _ in 0..rounds {
        for record in &records {
            let reading = decode(black_box(record));
            assert!(matches!(reading, Ok(Reading::Whole)));
        }
    }
}

fn match_by_hand<'a>(record: &RecordedEvent<'a>) -> Result<Reading, DecodeError> {
    let event = match (record.event_type, record.schema_version) {
        ("account.opened", 1) => AccountEvent::Opened(read(record)?),
        ("account.deposited", 1) => AccountEvent::Deposited(read(record)?),
        ("account.withdrawn", 1) => AccountEvent::Withdrawn(read(record)?),
        ("account.limited", 1) => AccountEvent::Limited(read(record)?),
        ("account.closed", 1) => AccountEvent::Closed(read(record)?),
        _ => return Ok(Reading::Unknown),
    };
    take(event);
    Ok(Reading::Whole)
}

fn read<'a, T: Deserialize<'a>>(record: &RecordedEvent<'a>) -> Result<T, DecodeError> {
    serde_json::from_str(record.data)
        .map_err(|source| DecodeError::new(record, DecodeReason::Payload(source)))
}

/// What a fold does with an event is not what is counted.
#[inline(never)]
fn take(event: AccountEvent<'_>) {
    black_box(event);
}
