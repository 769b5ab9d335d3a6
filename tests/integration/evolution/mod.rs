//! Events that have changed since they were stored.

mod domain;
mod enums;
mod history;
mod policies;

use pericarp::store::Store;
use pericarp::{
    Commit, CommitId, EventType, Expected, Ids, NewEvent, Position, RandomIds, RecordedEvent,
    StreamName, Timestamp, Version,
};
use uuid::Uuid;

/// An event as it is stored: name, schema version and payload.
type Stored<'a> = (&'a str, u32, &'a str);

fn record<'a>((event_type, schema_version, data): Stored<'a>) -> RecordedEvent<'a> {
    RecordedEvent {
        id: Uuid::from_u128(7),
        event_type,
        schema_version,
        stream: "account-1",
        version: Version::FIRST,
        position: Position::new(9),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::EPOCH,
        data,
        metadata: "{}",
    }
}

/// Appends events as an older build would have.
async fn append(store: &impl Store, stream: StreamName, events: &[Stored<'_>]) {
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let mut turn = commit.to(stream, Expected::Any);
    for (event_type, schema_version, data) in events {
        turn = turn
            .raw(NewEvent {
                id: None,
                event_type: &EventType::parse(*event_type).unwrap(),
                schema_version: *schema_version,
                occurred_at: Timestamp::EPOCH,
                data,
                metadata: "{}",
            })
            .unwrap();
    }
    store.append(commit).await.unwrap();
}
