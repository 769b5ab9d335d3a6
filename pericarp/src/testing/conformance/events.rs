use uuid::Uuid;

use super::check::ok;
use crate::store::{Read, ReadError, ReadLog, ReadStream, Store};
use crate::{
    Commit, CommitId, EventType, Expected, Ids, NewEvent, Position, RandomIds, RecordedEvent,
    StreamName, Timestamp, Version,
};

/// A stored event that outlives its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: Uuid,
    pub(super) event_type: String,
    pub(super) schema_version: u32,
    pub(super) stream: String,
    pub(super) version: Version,
    pub(super) position: Position,
    pub(super) ordinal: u32,
    pub(super) occurred_at: Timestamp,
    pub(super) recorded_at: Timestamp,
    pub(super) data: String,
    pub(super) metadata: String,
}

impl From<RecordedEvent<'_>> for Stored {
    fn from(event: RecordedEvent<'_>) -> Self {
        Self {
            id: event.id,
            event_type: event.event_type.into(),
            schema_version: event.schema_version,
            stream: event.stream.into(),
            version: event.version,
            position: event.position,
            ordinal: event.ordinal,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            data: event.data.into(),
            metadata: event.metadata.into(),
        }
    }
}

pub(super) fn new_id() -> CommitId {
    CommitId::new(RandomIds.next())
}

pub(super) fn stream(key: &str) -> StreamName {
    stream_in("conformance", key)
}

pub(super) fn stream_in(category: &str, key: &str) -> StreamName {
    ok("the kit", "name a stream", StreamName::new(category, key))
}

/// A commit that turns to each of these streams, with so many events.
pub(super) fn commit(turns: &[(&StreamName, Expected, usize)]) -> Commit {
    commit_with(new_id(), turns, "")
}

/// A commit whose payloads hold `filling`.
pub(super) fn commit_with(
    id: CommitId,
    turns: &[(&StreamName, Expected, usize)],
    filling: &str,
) -> Commit {
    let happened = EventType::from_static("conformance.happened");
    let of: usize = turns.iter().map(|(_, _, count)| count).sum();
    let mut commit = Commit::new(id);
    let mut ordinals = 0..of;
    for (stream, expected, count) in turns {
        let turn = commit.to((*stream).clone(), *expected);
        ordinals.by_ref().take(*count).fold(turn, |turn, ordinal| {
            let data = format!(
                r#"{{"commit":"{id}","ordinal":{ordinal},"of":{of},"filling":"{filling}"}}"#
            );
            let event = NewEvent {
                id: None,
                event_type: &happened,
                schema_version: 1,
                occurred_at: Timestamp::from_micros(1_700_000_000_000_000 + ordinal as i64),
                data: &data,
                metadata: r#"{"kit":true}"#,
            };
            ok("the kit", "add an event", turn.raw(event))
        });
    }
    commit
}

/// Every event that `read` selects, page after page.
pub(super) async fn read_all(
    store: &impl Store,
    read: impl Into<Read>,
) -> Result<Vec<Stored>, ReadError> {
    let mut pages = store.pages(read);
    let mut events = Vec::new();
    while let Some(page) = pages.next().await? {
        events.extend(page.events().map(Stored::from));
    }
    Ok(events)
}

pub(super) async fn read(law: &str, store: &impl Store, what: impl Into<Read>) -> Vec<Stored> {
    ok(law, "read", read_all(store, what).await)
}

pub(super) async fn read_log(law: &str, store: &impl Store) -> Vec<Stored> {
    read(law, store, ReadLog::all()).await
}

pub(super) async fn read_stream(law: &str, store: &impl Store, stream: &StreamName) -> Vec<Stored> {
    read(law, store, ReadStream::new(stream.clone())).await
}
