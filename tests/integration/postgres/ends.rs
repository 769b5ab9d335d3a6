//! What a writer knows of the end of the log, and how that comes to be wrong.

use pericarp::store::{Batch, BulkStore, Positions, PostgresStore, ReadLog, Store};
use pericarp::{Expected, Ids, Position, RandomIds, RecordedEvent, Timestamp, Version};
use pericarp_tests::postgres::{Database, Server};
use pericarp_tests::{commit_to, positions};
use sqlx::Executor;

use super::setting::{PATIENCE, open, options, sessions, wait_until, within};

/// An event that another log recorded, with a gap before it.
pub(super) fn far_away(position: u64) -> Batch {
    let mut batch = Batch::new();
    let event = RecordedEvent {
        id: RandomIds.next(),
        event_type: "wild.happened",
        schema_version: 1,
        stream: &format!("wild-{position}"),
        version: Version::FIRST,
        position: Position::new(position),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::from_micros(i64::MAX / 2),
        data: "{}",
        metadata: "{}",
    };
    batch.push(&event).unwrap();
    batch
}

/// A store whose writer knows that it is alone, and the streams `base` and `mine`.
async fn knowing(database: &Database) -> PostgresStore {
    let store = open(options(database.url())).await;
    for key in ["base", "mine", "base", "mine"] {
        let commit = commit_to(key, Expected::Any, 1);
        store.append(commit).await.unwrap();
    }
    store
}

/// The streams of the log, event by event, with versions.
async fn streams(store: &PostgresStore) -> Vec<(String, u64)> {
    let mut pages = store.pages(ReadLog::all());
    let mut streams = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        let events = page.events();
        streams.extend(events.map(|event| (event.stream.to_owned(), event.version.get())));
    }
    streams
}

/// An import may leave a gap, in which the next position of the writer was free: an event was stored
/// behind readers who had seen the end.
#[tokio::test]
async fn an_import_with_a_gap_is_an_end_like_any_other() {
    for (elsewhere, events) in [(false, 1), (false, 2), (true, 1), (true, 2)] {
        let database = Server::shared().database().await;
        let store = knowing(&database).await;
        let other = open(options(database.url())).await;
        let importer = if elsewhere { &other } else { &store };
        let imported = importer
            .append_recorded(far_away(20), Positions::Keep)
            .await;
        imported.unwrap();
        let seen = other.head().await.unwrap();
        let commit = commit_to("mine", Expected::Any, events);
        let committed = store.append(commit).await.unwrap();
        assert_eq!(committed.first, seen.next());
        assert_eq!(committed.streams[0].first, Version::new(3));
        let places: Vec<u64> = positions(&store).await.iter().map(|(at, _)| *at).collect();
        assert!(
            places.is_sorted() && places.len() == 5 + events,
            "{places:?}"
        );
    }
}

/// The snapshot of an append that met such an import under way was older than what it left.
#[tokio::test]
async fn an_append_waits_for_an_import_that_may_leave_a_gap() {
    const IMPORTING: &str = "BEGIN;
        SELECT pericarp_lock();
        LOCK TABLE pericarp_events IN SHARE ROW EXCLUSIVE MODE;
        INSERT INTO pericarp_events
            (position, stream, version, occurred_at, recorded_at, id, schema_version, ordinal, type, data, metadata)
            SELECT 20, stream, version + 1, occurred_at, recorded_at, gen_random_uuid(), 1, 0, type, data, metadata
            FROM pericarp_events WHERE position = 3";
    const WAITING: &str = "wait_event_type = 'Lock'";
    let database = Server::shared().database().await;
    let store = knowing(&database).await;
    let mut importing = database.connect().await;
    importing.execute(IMPORTING).await.unwrap();
    let mut client = database.connect().await;
    let append = store.append(commit_to("mine", Expected::Any, 1));
    let commit = async {
        let waits = async || sessions(&mut client, WAITING).await == 1;
        wait_until("it waits", waits).await;
        importing.execute("COMMIT").await.unwrap();
    };
    let (committed, ()) = tokio::join!(append, commit);
    assert_eq!(committed.unwrap().first, Position::new(21));
}

/// And an import locks the table before it looks.
#[tokio::test]
async fn an_import_waits_for_appends_before_it_leaves_a_gap() {
    let database = Server::shared().database().await;
    let store = knowing(&database).await;
    let mut appending = database.connect().await;
    let mut client = database.connect().await;
    let lock = "BEGIN; LOCK TABLE pericarp_events IN ROW EXCLUSIVE MODE";
    appending.execute(lock).await.unwrap();
    let import = store.append_recorded(far_away(20), Positions::Keep);
    let commit = async {
        let waits = async || sessions(&mut client, "wait_event_type = 'Lock'").await == 1;
        wait_until("it waits", waits).await;
        appending.execute("COMMIT").await.unwrap();
    };
    let (imported, ()) = tokio::join!(import, commit);
    imported.unwrap();
}

/// What a vacuum or an index build holds, an import waits for, and appends do not wait for the import.
#[tokio::test]
async fn an_import_that_waits_for_a_vacuum_holds_up_no_append() {
    let database = Server::shared().database().await;
    let store = knowing(&database).await;
    let patient = options(database.url()).acquire_timeout(PATIENCE);
    let importer = open(patient).await;
    let mut vacuum = database.connect().await;
    let lock = "BEGIN; LOCK TABLE pericarp_events IN SHARE UPDATE EXCLUSIVE MODE";
    vacuum.execute(lock).await.unwrap();
    let mut client = database.connect().await;
    let import = importer.append_recorded(far_away(20), Positions::Keep);
    let beside = async {
        let waits = async || sessions(&mut client, "wait_event_type = 'Lock'").await == 1;
        wait_until("it waits", waits).await;
        for _ in 0..3 {
            let commit = commit_to("mine", Expected::Any, 1);
            within("an append", store.append(commit)).await.unwrap();
        }
        vacuum.execute("COMMIT").await.unwrap();
    };
    let (imported, ()) = tokio::join!(import, beside);
    imported.unwrap();
}

/// Somebody took the newest events away and others came: a writer that went on as if nothing had
/// happened gave versions with holes, and events to streams of others.
#[tokio::test]
async fn a_log_that_was_replaced_is_looked_at_anew() {
    const LOSE: &str = "SET session_replication_role = replica;
        DELETE FROM pericarp_events WHERE position > 1;
        DELETE FROM pericarp_streams WHERE id > 1";
    for others in 0..=4 {
        for keys in [&["mine"][..], &["fresh", "mine"]] {
            let database = Server::shared().database().await;
            let store = knowing(&database).await;
            let mut client = database.connect().await;
            client.execute(LOSE).await.unwrap();
            let other = open(options(database.url())).await;
            for _ in 0..others {
                let commit = commit_to("theirs", Expected::Any, 1);
                other.append(commit).await.unwrap();
            }
            for key in keys {
                let commit = commit_to(key, Expected::Any, 1);
                store.append(commit).await.unwrap();
            }
            let mut expected = vec![("test-base".to_owned(), 1)];
            expected.extend((1..=others).map(|version| ("test-theirs".to_owned(), version)));
            expected.extend(keys.iter().map(|key| (format!("test-{key}"), 1)));
            assert_eq!(streams(&store).await, expected, "{others} others, {keys:?}");
        }
    }
}

/// And a schema that was dropped and made anew, as where a test suite resets its database.
#[tokio::test]
async fn a_schema_that_was_made_anew_is_looked_at_anew() {
    let database = Server::shared().database().await;
    let store = open(options(database.url()).schema("log")).await;
    for _ in 0..3 {
        let commit = commit_to("mine", Expected::Any, 1);
        store.append(commit).await.unwrap();
    }
    let mut client = database.connect().await;
    client.execute("DROP SCHEMA log CASCADE").await.unwrap();
    let other = open(options(database.url()).schema("log")).await;
    // Statements that were prepared for the old tables may fail once.
    let committed = loop {
        let commit = commit_to("mine", Expected::Any, 1);
        match store.append(commit).await {
            Ok(committed) => break committed,
            Err(error) => assert!(error.outcome_is_known(), "{error}"),
        }
    };
    assert_eq!(committed.first.get(), 1);
    assert_eq!(streams(&other).await, [("test-mine".to_owned(), 1)]);
}
