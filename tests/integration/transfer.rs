//! Whole logs, out of a store and into one.

use std::io::{self, Cursor, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{
    Batch, BulkStore, Limits, MemoryStore, Positions, PostgresStore, SqliteStore, Store,
};
use pericarp::transfer::{Export, Import, Imported, Progress};
use pericarp::{
    Clock, Commit, CommitId, EventType, Expected, NewEvent, Position, RecordedEvent, StreamName,
    Timestamp, Version,
};
use pericarp_tests::postgres::Server;
use pericarp_tests::{commit_to, positions};
use proptest::prelude::*;
use uuid::Uuid;

/// A writer whose bytes can be looked at afterwards.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) async fn export(store: &impl Store, gzip: bool) -> Vec<u8> {
    let shared = Shared::default();
    let export = Export::of(store).gzip(gzip);
    let exported = export.to_writer(shared.clone()).await.unwrap();
    let bytes = shared.bytes();
    assert_eq!(exported.bytes, bytes.len() as u64);
    bytes
}

pub(crate) async fn import(store: &impl BulkStore, log: &[u8]) -> Imported {
    let reader = Cursor::new(log.to_vec());
    Import::into(store).from_reader(reader).await.unwrap()
}

/// Three commits of one, two and three events.
pub(crate) async fn small_log() -> MemoryStore {
    let store = MemoryStore::new();
    for (key, count) in [("a", 1), ("b", 2), ("a", 3)] {
        let commit = commit_to(key, Expected::Any, count);
        store.append(commit).await.unwrap();
    }
    store
}

struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[tokio::test]
async fn the_format_is_this() {
    let store = MemoryStore::with(Limits::default(), At(Timestamp::from_micros(-1)));
    let id = Uuid::from_u128(0x0192_f3a1_7c5e_7d0b_9a34_5be2_71c6_08d4);
    let mut commit = Commit::new(CommitId::new(id));
    let opened = EventType::from_static("account.opened");
    let account = StreamName::new("account", "ä \"1\"").unwrap();
    let payloads = [
        r#"{"owner":"Ann", "owner":1e999}"#,
        "[1,\n 2]",
        "null",
        " 7 ",
    ];
    let turn = commit.to(account, Expected::NoStream);
    payloads.iter().fold(turn, |turn, data| {
        turn.raw(NewEvent {
            id: None,
            event_type: &opened,
            schema_version: 3,
            occurred_at: Timestamp::from_micros(1_700_000_000_000_001),
            data,
            metadata: "{}",
        })
        .unwrap()
    });
    store.append(commit.clone()).await.unwrap();
    let ids = [1, 2, 3].map(|ordinal| commit.id().event_id(ordinal));
    let event = |nth: usize, id: Uuid, data: &str| {
        format!(
            "{{\"position\":{},\"id\":\"{id}\",\"stream\":\"account-ä \\\"1\\\"\",\"version\":{},\
             \"type\":\"account.opened\",\"schema_version\":3,\"ordinal\":{nth},\
             \"occurred_at\":1700000000000001,\"recorded_at\":-1,\"metadata\":{{}},{data}}}\n",
            nth + 1,
            nth + 1
        )
    };
    let expected = [
        "{\"pericarp\":\"log\",\"format\":1}\n".to_owned(),
        event(0, id, r#""data":{"owner":"Ann", "owner":1e999}"#),
        event(1, ids[0], r#""data_text":"[1,\n 2]""#),
        event(2, ids[1], r#""data":null"#),
        event(3, ids[2], r#""data_text":" 7 ""#),
        "{\"pericarp\":\"end\",\"events\":4,\"last\":4}\n".to_owned(),
    ]
    .concat();
    assert_eq!(
        String::from_utf8(export(&store, false).await).unwrap(),
        expected
    );
    let empty = export(&MemoryStore::new(), false).await;
    assert_eq!(
        String::from_utf8(empty).unwrap(),
        "{\"pericarp\":\"log\",\"format\":1}\n{\"pericarp\":\"end\",\"events\":0,\"last\":0}\n"
    );
}

#[tokio::test]
async fn what_others_wrote_in_their_own_order_is_read() {
    let store = MemoryStore::new();
    let log = "{ \"format\": 1, \"made_by\": \"hand\", \"pericarp\": \"l\\u006fg\" }\r\n\
        {\"data\": [ ] , \"metadata_text\":\"{\\\"a\\\":1}\",\"type\":\"a\\u002eb\",\"id\":\
        \"0192f3a17c5e7d0b9a345be271c608d4\",\"recorded_at\":2,\"occurred_at\":-9223372036854775808,\
        \"stream\":\"\\u0061-1\",\"version\":1,\"position\":2305843009213693951,\"ordinal\":0,\
        \"schema_version\":1}\r\n\
        {\"last\":2305843009213693951,\"events\":1,\"pericarp\":\"end\"}\r\n\r\n";
    assert_eq!(import(&store, log.as_bytes()).await.added, 1);
    let again = String::from_utf8(export(&store, false).await).unwrap();
    let line = again.lines().nth(1).unwrap();
    assert!(
        line.contains(r#""stream":"a-1","version":1,"type":"a.b""#),
        "{line}"
    );
    assert!(
        line.ends_with(r#""metadata":{"a":1},"data":[ ]}"#),
        "{line}"
    );
}

/// An event as proptest makes one.
#[derive(Clone, Debug)]
struct Wild {
    stream: usize,
    begins_commit: bool,
    gap: u64,
    later: i64,
    occurred_at: i64,
    schema_version: u32,
    data: String,
    metadata: String,
}

/// JSON of every kind, with blanks and line breaks where they mean nothing.
fn wild_json() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just(r#""\u0000\ud800\/\u00e9""#.to_owned()),
    ];
    let number = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?",
    ];
    let word = prop_oneof![Just("null".to_owned()), Just("true".to_owned())];
    let leaf = prop_oneof![text, number, word];
    let blank = "[ \t\r\n]{0,2}";
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let items = prop::collection::vec((blank, inner, blank), 0..4);
        items.prop_flat_map(|items| {
            let values = items.iter().map(|(a, value, b)| format!("{a}{value}{b}"));
            let array = format!("[{}]", values.collect::<Vec<_>>().join(","));
            // The same key again and again.
            let members = items
                .iter()
                .map(|(a, value, b)| format!("{b}\"k\"{a}:{value}"));
            let object = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
            prop_oneof![Just(array), Just(object)]
        })
    })
    .prop_flat_map(move |json| (blank, Just(json), blank))
    .prop_map(|(before, json, after)| format!("{before}{json}{after}"))
}

fn wild_event() -> impl Strategy<Value = Wild> {
    let times = (0..3_i64, any::<i64>());
    let numbers = (0..4_usize, any::<bool>(), 0..5_u64, 1..=u32::MAX);
    (numbers, times, wild_json(), wild_json()).prop_map(
        |((stream, begins_commit, gap, schema_version), (later, occurred_at), data, inner)| Wild {
            stream,
            begins_commit,
            gap,
            later,
            occurred_at,
            schema_version,
            data,
            metadata: format!("{{\"it\":{inner}}}"),
        },
    )
}

const STREAMS: [&str; 4] = ["a-1", "a-\\\"", "b-ö\u{2028}\u{10ffff}", "b-'; --"];

/// A log of these events, as a store takes it over.
fn batch_of(events: &[Wild]) -> Batch {
    let mut batch = Batch::new();
    let (mut position, mut ordinal, mut recorded_at) = (0, 0, -3);
    let mut versions = [0; STREAMS.len()];
    for (number, event) in events.iter().enumerate() {
        position += 1 + event.gap;
        recorded_at += event.later;
        ordinal = if event.begins_commit || number == 0 {
            0
        } else {
            ordinal + 1
        };
        versions[event.stream] += 1;
        let record = RecordedEvent {
            id: Uuid::from_u128(u128::MAX - number as u128),
            event_type: "wild.happened",
            schema_version: event.schema_version,
            stream: STREAMS[event.stream],
            version: Version::new(versions[event.stream]),
            position: Position::new(position),
            ordinal,
            occurred_at: Timestamp::from_micros(event.occurred_at),
            recorded_at: Timestamp::from_micros(recorded_at),
            data: &event.data,
            metadata: &event.metadata,
        };
        batch.push(&record).unwrap();
    }
    batch
}

/// From memory into `store`, and from there into memory again: three times the same file.
async fn goes_round(store: &impl BulkStore, events: &[Wild], batch_size: usize, gzip: bool) {
    let first = MemoryStore::new();
    let batch = batch_of(events);
    first.append_recorded(batch, Positions::Keep).await.unwrap();
    let log = export(&first, gzip).await;

    let reader = Cursor::new(log.clone());
    let import_in_batches = Import::into(store).batch_size(batch_size);
    let imported = import_in_batches.from_reader(reader).await.unwrap();
    assert_eq!(imported.added, events.len() as u64);
    let from_store = export(store, gzip).await;
    assert!(from_store == log, "the store exports another file");

    let last = MemoryStore::new();
    import(&last, &from_store).await;
    assert!(
        export(&last, gzip).await == log,
        "the last export is another file"
    );
    assert_eq!(import(store, &log).await.skipped, events.len() as u64);
    store.close().await;
}

async fn goes_round_through_sqlite(events: &[Wild], batch_size: usize, gzip: bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = SqliteStore::open(path).await.unwrap();
    goes_round(&store, events, batch_size, gzip).await;
}

async fn goes_round_through_postgres(events: &[Wild], batch_size: usize, gzip: bool) {
    let schema = Server::shared().schema().await;
    let options = PostgresOptions::parse(&schema.url().to_string()).unwrap();
    let options = options.schema(schema.name());
    let store = PostgresStore::open_with(options).await.unwrap();
    goes_round(&store, events, batch_size, gzip).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_export_of_an_import_is_the_same_file(
        events in prop::collection::vec(wild_event(), 0..20),
        batch_size in 1..8_usize,
        gzip: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(goes_round_through_sqlite(&events, batch_size, gzip));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_export_of_an_import_into_postgresql_is_the_same_file(
        events in prop::collection::vec(wild_event(), 0..40),
        batch_size in 1..8_usize,
        gzip: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(goes_round_through_postgres(&events, batch_size, gzip));
    }
}

#[tokio::test]
async fn renumbered_events_come_behind_those_that_are_there() {
    let store = small_log().await;
    let other = MemoryStore::with(Limits::default(), At(Timestamp::from_micros(i64::MAX)));
    let own = commit_to("own", Expected::Any, 3);
    other.append(own).await.unwrap();
    let log = export(&store, false).await;
    for (added, skipped) in [(6, 0), (0, 6)] {
        let import = Import::into(&other).renumber();
        let imported = import.from_reader(Cursor::new(log.clone())).await.unwrap();
        assert_eq!((imported.added, imported.skipped), (added, skipped));
        assert_eq!(
            imported.raised, added,
            "all of them were recorded before the own ones"
        );
    }
    let ids: Vec<_> = positions(&store)
        .await
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    let there = positions(&other).await;
    let places: Vec<_> = there.iter().map(|(position, _)| *position).collect();
    assert_eq!(places, (1..=9).collect::<Vec<_>>());
    assert!(there[3..].iter().map(|(_, id)| *id).eq(ids));
}

#[tokio::test]
async fn progress_is_told_page_by_page_and_batch_by_batch() {
    let store = MemoryStore::new();
    for _ in 0..25 {
        let commit = commit_to("long", Expected::Any, 100);
        store.append(commit).await.unwrap();
    }
    let (shared, mut seen) = (Shared::default(), Vec::new());
    let export = Export::of(&store).progress(|so_far| seen.push(so_far));
    let exported = export.to_writer(shared.clone()).await.unwrap();
    check_progress(&seen, 3, 2_500);
    assert_eq!(
        (exported.events, exported.last),
        (2_500, Position::new(2_500))
    );

    let (copy, mut seen) = (MemoryStore::new(), Vec::new());
    let import = Import::into(&copy)
        .batch_size(500)
        .progress(|so_far| seen.push(so_far));
    let reader = Cursor::new(shared.bytes());
    let imported = import.from_reader(reader).await.unwrap();
    check_progress(&seen, 5, 2_500);
    assert_eq!(imported.last, Position::new(2_500));
    assert_eq!(seen.last().unwrap().bytes, exported.bytes);
}

#[track_caller]
fn check_progress(seen: &[Progress], times: usize, events: u64) {
    assert_eq!(seen.len(), times, "{seen:?}");
    let is_rising =
        |pair: &[Progress]| pair[0].events < pair[1].events && pair[0].bytes <= pair[1].bytes;
    assert!(seen.windows(2).all(is_rising), "{seen:?}");
    let last = seen.last().unwrap();
    assert_eq!((last.events, last.position.get()), (events, events));
}

#[test]
fn no_runtime_is_needed() {
    futures::executor::block_on(async {
        let store = small_log().await;
        let log = export(&store, true).await;
        let copy = MemoryStore::new();
        import(&copy, &log).await;
        assert_eq!(positions(&copy).await, positions(&store).await);
    });
}

#[tokio::test]
async fn an_export_is_the_log_as_it_was_when_it_began() {
    let store = small_log().await;
    let appending = Appending(store.clone());
    let log = export(&appending, false).await;
    let copy = MemoryStore::new();
    assert_eq!(import(&copy, &log).await.added, 6);
    assert_eq!(store.head().await.unwrap().get(), 8);
}

/// A store to which somebody appends before it is read.
struct Appending(MemoryStore);

impl Store for Appending {
    async fn append(
        &self,
        commit: Commit,
    ) -> Result<pericarp::Committed, pericarp::store::AppendError> {
        self.0.append(commit).await
    }

    async fn read(
        &self,
        read: pericarp::store::Read,
        page: pericarp::Page,
    ) -> Result<pericarp::Page, pericarp::store::ReadError> {
        let more = commit_to("more", Expected::Any, 2);
        self.0.append(more).await.unwrap();
        self.0.read(read, page).await
    }

    async fn head(&self) -> Result<Position, pericarp::store::ReadError> {
        self.0.head().await
    }

    async fn stream_version(
        &self,
        stream: &StreamName,
    ) -> Result<Version, pericarp::store::ReadError> {
        self.0.stream_version(stream).await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

/// Gives what it is sent; ends when nobody can send any more.
struct Pipe {
    sent: Receiver<Vec<u8>>,
    rest: Cursor<Vec<u8>>,
    /// Dropped with it.
    _alive: Sender<()>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.rest.read(buffer)? {
                0 => match self.sent.recv() {
                    Ok(bytes) => self.rest = Cursor::new(bytes),
                    Err(_) => return Ok(0),
                },
                count => return Ok(count),
            }
        }
    }
}

#[tokio::test]
async fn an_import_that_is_dropped_leaves_whole_batches_and_is_gone_on_with() {
    let store = small_log().await;
    let log = export(&store, false).await;
    let text = String::from_utf8(log.clone()).unwrap();
    // Up to the second event of the last commit: two commits are known to be whole.
    let lines: Vec<_> = text.split_inclusive('\n').take(6).collect();
    let (send, sent) = channel();
    let (alive, ended) = channel();
    let pipe = Pipe {
        sent,
        rest: Cursor::new(Vec::new()),
        _alive: alive,
    };
    send.send(lines.concat().into_bytes()).unwrap();
    let copy = MemoryStore::new();
    let (came, mut has_come) = tokio::sync::mpsc::unbounded_channel();
    {
        let import = Import::into(&copy).batch_size(1);
        let import = import.progress(move |so_far| came.send(so_far.events).unwrap());
        let mut import = std::pin::pin!(import.from_reader(pipe));
        loop {
            tokio::select! {
                biased;
                Some(events) = has_come.recv() => if events == 3 { break },
                outcome = &mut import => panic!("the import ended: {outcome:?}"),
            }
        }
    }
    assert_eq!(positions(&copy).await, positions(&store).await[..3]);
    // The thread ends once its reader does, and lets go of it.
    drop(send);
    assert!(ended.recv().is_err());
    assert_eq!(positions(&copy).await.len(), 3);
    let imported = import(&copy, &log).await;
    assert_eq!((imported.added, imported.skipped), (3, 3));
}
