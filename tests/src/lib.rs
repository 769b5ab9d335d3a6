//! Parts shared by the integration tests and the programs they start.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test says where"
)]

pub mod allocations;
mod ballast;
mod counting;
mod free_port;
pub mod messages;
pub mod postgres;
pub mod proxy;
mod redis;
mod watched;

pub use ballast::Ballast;
pub use counting::Counting;
pub use free_port::free_port;
pub use redis::RedisServer;
pub use watched::{Done, Watched};

use std::time::Duration;

use pericarp::store::postgres::PostgresOptions;
use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{NewSnapshot, ReadLog, Store, WhenFull};
use pericarp::{
    Commit, CommitId, EventType, Expected, Ids, NewEvent, RandomIds, StreamName, Timestamp, Version,
};
use uuid::Uuid;

/// The snapshot of the frozen logs that have any.
pub fn fixture_snapshot() -> NewSnapshot {
    let (stream, of) = (StreamName::new("account", 2).unwrap(), Uuid::from_u128(7));
    let data = r#"{"state":{"owner":"Ärger \u2028 \"q\" 🍐"}}"#;
    NewSnapshot::new(stream, Version::FIRST, of, move || Ok(data.into()))
}

/// A commit of `count` events to stream `test-key`.
pub fn commit_to(key: &str, expected: Expected, count: usize) -> Commit {
    commit_of(key, expected, count, "{}")
}

/// A commit of `count` events with this payload to stream `test-key`.
pub fn commit_of(key: &str, expected: Expected, count: usize, data: &str) -> Commit {
    let tested = EventType::from_static("test.tested");
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let turn = commit.to(StreamName::new("test", key).unwrap(), expected);
    (0..count).fold(turn, |turn, _| {
        turn.raw(NewEvent {
            id: None,
            event_type: &tested,
            schema_version: 1,
            occurred_at: Timestamp::EPOCH,
            data,
            metadata: "{}",
        })
        .unwrap()
    });
    commit
}

/// One reader, one place in the queue, a small cache, frequent checkpoints, no linger.
pub fn tight(options: SqliteOptions) -> SqliteOptions {
    options
        .readers(1)
        .queue(1, WhenFull::Wait)
        .linger(Duration::ZERO)
        .cache_kib(64)
        .checkpoint_pages(8)
}

/// One connection to read with, one place in the queue, statements of few events, no linger, no
/// prepared statements.
pub fn tight_postgres(options: PostgresOptions) -> PostgresOptions {
    options
        .max_connections(1)
        .queue(1, WhenFull::Wait)
        .batch_size(2)
        .linger(Duration::ZERO)
        .statement_cache(0)
        .listen(false)
        .poll_interval(Duration::from_millis(10))
}

/// An error and what caused it.
pub fn chain(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    chain
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// The position and the id of every event in the log.
pub async fn positions(store: &impl Store) -> Vec<(u64, Uuid)> {
    let mut pages = store.pages(ReadLog::all());
    let mut positions = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        positions.extend(page.events().map(|event| (event.position.get(), event.id)));
    }
    positions
}
