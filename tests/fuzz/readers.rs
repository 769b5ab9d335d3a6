//! What must hold of any payload: it is read, or a typed error says why not, and what was read can
//! be written and read again.

use pericarp::{DecodeEvent, Event, Position, RecordedEvent, Timestamp, Version};
use uuid::Uuid;

#[path = "../../examples/loans/events.rs"]
#[expect(dead_code, reason = "the example uses more of it")]
mod loans;
mod shapes;

pub(crate) use shapes::*;

/// Reads an input of the form `name version`, a new line and a payload, as each of the events.
/// Says how often it was read as one.
///
/// # Panics
/// If something does not hold.
pub(crate) fn read(input: &[u8]) -> usize {
    let Some(record) = record(input) else {
        return 0;
    };
    let mut events = 0;
    macro_rules! each {
        ($($event:ty),* $(,)?) => {$(
            match <$event>::decode(&record) {
                Ok(decoded) => for event in decoded {
                    events += 1;
                    let Some((kind, data)) = written(&event) else {
                        continue;
                    };
                    let again = RecordedEvent {
                        event_type: kind.name,
                        schema_version: kind.version,
                        data: &data,
                        ..record
                    };
                    let read: Vec<_> = match <$event>::decode(&again) {
                        Ok(events) => events.collect(),
                        Err(error) => panic!("{data} is not read again: {error}"),
                    };
                    assert_eq!(read.len(), 1, "{data} was one event");
                    assert_eq!(written(&read[0]), Some((kind, data.clone())), "{data}");
                },
                Err(error) => {
                    let known = [
                        "event.payload",
                        "event.unknown_version",
                        "event.upcast",
                        "event.split",
                    ];
                    assert!(known.contains(&error.code()), "{error}");
                    assert_eq!(&*error.event_type, record.event_type);
                }
            }
        )*};
    }
    each!(
        loans::Submitted,
        loans::Progress,
        loans::Offering,
        loans::Work,
        Plain,
        Fraction,
        Newtype,
        Unit,
        Nested,
        Mapped,
        Generic<Vec<Option<i16>>, 3>,
        Borrowed<'_>,
        Choice<'_, u8>,
        Evolved,
    );
    events
}

/// The record that an input stands for, if it does.
pub(crate) fn record(input: &[u8]) -> Option<RecordedEvent<'_>> {
    let (head, data) = std::str::from_utf8(input).ok()?.split_once('\n')?;
    let (event_type, version) = head.rsplit_once(' ')?;
    Some(RecordedEvent {
        id: Uuid::nil(),
        event_type,
        schema_version: version.parse().ok()?,
        stream: "fuzzed-1",
        version: Version::FIRST,
        position: Position::new(1),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::EPOCH,
        data,
        metadata: "{}",
    })
}

/// What is stored of an event; nothing of a record that was kept.
fn written(event: &impl Event) -> Option<(&'static pericarp::EventKind, String)> {
    let mut out = Vec::new();
    match event.encode(&mut out) {
        Ok(()) => match String::from_utf8(out) {
            Ok(data) => Some((event.kind(), data)),
            Err(error) => panic!("not a text: {error}"),
        },
        Err(_) if event.kind().name == "kept" => None,
        Err(error) => panic!("what was read is not written: {error:?}"),
    }
}
