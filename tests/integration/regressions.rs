//! Faults that were found, each with its story, and kept from coming back.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use futures::poll;
use pericarp::prelude::*;
use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{
    AppendError, MemoryStore, OpenError, Read, ReadLog, ReadStream, ReadStreams, SqliteStore,
    Store, Visit,
};
use pericarp::testing::Given;
use pericarp::{Context, DecideError, Expected, Pericarp, RecordedEvent, Root, StreamName, decide};
use pericarp_tests::{commit_of, commit_to};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// JSON has no object whose keys are pairs.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "tally.unspeakable")]
struct Unspeakable {
    map: BTreeMap<(u8, u8), u8>,
}

#[derive(Aggregate, Default, Debug)]
#[aggregate(category = "tally", id = u64, events(Unspeakable))]
struct Tally {
    total: u64,
}

impl Apply<Unspeakable> for Tally {
    fn apply(&mut self, event: Unspeakable, _: &Meta<'_>) {
        self.total += event.map.len() as u64;
    }
}

#[derive(Command)]
#[command(aggregate = Tally)]
struct Speak(#[command(id)] u64);

impl Handle<Speak> for Tally {
    fn handle(tally: &mut Root<Self>, _: &Speak) -> Result<(), Infallible> {
        tally.emit(unspeakable());
        Ok(())
    }
}

#[derive(Command)]
#[command(aggregate = Tally, creates)]
struct Begin(#[command(id)] u64);

impl Handle<Begin> for Tally {
    fn handle(tally: New<'_, Self>, _: &Begin) -> Result<(), Infallible> {
        tally.create(unspeakable());
        Ok(())
    }
}

fn unspeakable() -> Unspeakable {
    Unspeakable {
        map: BTreeMap::from([((1, 2), 3)]),
    }
}

/// A handler's only event could not be serialised; "no events" was taken for "nothing to do", and
/// the command was acknowledged.
#[tokio::test]
async fn an_only_event_that_cannot_be_serialised_is_an_error() {
    let app = Pericarp::new(MemoryStore::new());
    assert_eq!(
        app.execute(Speak(1)).await.unwrap_err().code(),
        "event.encode"
    );
    assert_eq!(
        app.execute(Begin(1)).await.unwrap_err().code(),
        "event.encode"
    );
    let given = || {
        let _ = Tally::given(()).when(Speak(1)).then_nothing();
    };
    assert!(catch_unwind(AssertUnwindSafe(given)).is_err());
}

/// A command was decided on a root of another aggregate, and its event landed there.
#[test]
fn a_root_of_another_aggregate_is_refused() {
    let mut root = Some(Root::<Tally>::empty(1));
    let outcome = decide(&mut root, &Speak(2), &Context::default());
    assert!(matches!(outcome, Err(DecideError::WrongAggregate { .. })));
    assert_eq!(root.map(|root| Root::uncommitted(&root)), Some(0));
}

/// Two roots of one aggregate made a commit that conflicted with itself, for ever.
#[tokio::test]
async fn one_aggregate_twice_in_a_unit_of_work_is_refused() {
    let app = Pericarp::new(MemoryStore::new());
    let (mut one, mut other) = (Root::<Words>::empty(1), Root::<Words>::empty(1));
    one.emit(Said { n: 1 });
    other.emit(Said { n: 2 });
    let mut work = app.unit_of_work();
    work.add(&mut one).add(&mut other);
    assert_eq!(
        work.commit().await.unwrap_err().code(),
        "commit.same_stream_twice"
    );
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "words.said")]
struct Said {
    n: u64,
}

#[derive(Aggregate, Default)]
#[aggregate(category = "words", id = u64, events(Said))]
struct Words {
    last: u64,
}

impl Apply<Said> for Words {
    fn apply(&mut self, event: Said, _: &Meta<'_>) {
        self.last = event.n;
    }
}

async fn filled(path: &Path, events: usize) -> SqliteStore {
    let store = SqliteStore::open(path).await.unwrap();
    for _ in 0..events / 500 {
        store
            .append(commit_to("a", Expected::Any, 500))
            .await
            .unwrap();
    }
    store
}

fn stream() -> StreamName {
    StreamName::new("test", "a").unwrap()
}

/// A future of `Pages::next` that was dropped took the page on its way with it: a log ended
/// early, and a stream went on with a hole.
#[tokio::test]
async fn a_cancelled_next_loses_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("log.db"), 5_000).await;
    for read in [Read::from(ReadLog::all()), ReadStream::new(stream()).into()] {
        for cancel_at in 0..5 {
            let (mut pages, mut seen) = (store.pages(read.clone()), 0);
            for turn in 0.. {
                if turn == cancel_at {
                    let mut next = Box::pin(pages.next());
                    if let std::task::Poll::Ready(page) = poll!(next.as_mut()) {
                        seen += page.unwrap().map_or(0, |page| page.len());
                    }
                }
                match pages.next().await.unwrap() {
                    Some(page) => seen += page.len(),
                    None => break,
                }
            }
            assert_eq!(seen, 5_000, "cancelled at page {cancel_at}");
        }
    }
}

/// Closing waited for other people's readers with the write lock in hand, and their appends
/// failed meanwhile.
#[tokio::test]
async fn closing_waits_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let (closing, staying) = (
        filled(&path, 500).await,
        SqliteStore::open(&path).await.unwrap(),
    );
    let reader = Connection::open(&path).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM pericarp_events")
        .unwrap();
    closing
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    let options = SqliteOptions::new(&path).busy_timeout(Duration::ZERO);
    let hasty = SqliteStore::open_with(options).await.unwrap();
    closing.close().await;
    hasty
        .append(commit_to("b", Expected::Any, 1))
        .await
        .unwrap();
    staying
        .append(commit_to("c", Expected::Any, 1))
        .await
        .unwrap();
}

/// The second conflict of a command waits, which panicked on a runtime without timers.
#[test]
fn a_retry_needs_no_timers() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let app = Pericarp::new(Overtaken(MemoryStore::new()));
        let outcome = app.execute(Say(1)).await;
        assert_eq!(outcome.unwrap_err().code(), "append.conflict");
    });
}

#[derive(Command)]
#[command(aggregate = Words)]
struct Say(#[command(id)] u64);

impl Handle<Say> for Words {
    fn handle(words: &mut Root<Self>, _: &Say) -> Result<(), Infallible> {
        words.emit(Said { n: 1 });
        Ok(())
    }
}

/// Somebody else is always faster.
struct Overtaken(MemoryStore);

impl Store for Overtaken {
    async fn append(&self, commit: pericarp::Commit) -> Result<pericarp::Committed, AppendError> {
        let (append, _) = commit.appends().next().unwrap();
        let (stream, expected) = (append.stream.clone(), append.expected);
        let actual = pericarp::Version::new(9);
        Err(pericarp::store::Conflict::new(stream, expected, actual).into())
    }

    async fn read(
        &self,
        read: Read,
        page: pericarp::Page,
    ) -> Result<pericarp::Page, pericarp::store::ReadError> {
        self.0.read(read, page).await
    }

    async fn head(&self) -> Result<pericarp::Position, pericarp::store::ReadError> {
        self.0.head().await
    }

    async fn stream_version(
        &self,
        stream: &StreamName,
    ) -> Result<pericarp::Version, pericarp::store::ReadError> {
        self.0.stream_version(stream).await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

/// A path that is no file opened a private database per connection, and appends were acknowledged
/// into nothing.
#[tokio::test]
async fn what_is_no_file_is_refused() {
    for path in [":memory:", ""] {
        let outcome = SqliteStore::open(path).await;
        assert!(matches!(outcome, Err(OpenError::Failed { .. })), "{path:?}");
    }
}

/// In a file of another encoding, payloads came back as other bytes.
#[tokio::test]
async fn a_database_in_utf_16_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let client = Connection::open(&path).unwrap();
    client
        .execute_batch("PRAGMA encoding = 'UTF-16le'; CREATE TABLE mine (a)")
        .unwrap();
    assert!(matches!(
        SqliteStore::open(&path).await,
        Err(OpenError::Failed { .. })
    ));
}

/// Durations that overflow ended the threads they were given to.
#[tokio::test]
async fn durations_that_cannot_work_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let options = || SqliteOptions::new(folder.path().join("log.db"));
    for options in [
        options().linger(Duration::MAX),
        options().busy_timeout(Duration::from_secs(30 * 24 * 3600)),
        options().cache_kib(u32::MAX),
        options().checkpoint_pages(u32::MAX),
    ] {
        let outcome = SqliteStore::open_with(options).await;
        assert!(matches!(outcome, Err(OpenError::Option { .. })));
    }
}

/// A visitor that panicked as it was dropped took a reader thread; after the last one, every read
/// hung.
#[tokio::test]
async fn a_visitor_that_panics_takes_no_reader() {
    struct Bomb;
    impl Visit for Bomb {
        fn visit(&mut self, _: &RecordedEvent<'_>) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            let thread = std::thread::current();
            if thread
                .name()
                .is_some_and(|name| name.starts_with("pericarp"))
            {
                std::panic::panic_any("bomb");
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("log.db"), 500).await;
    for _ in 0..8 {
        let mut visit = Box::pin(store.visit(ReadStream::new(stream()), Bomb));
        let _ = poll!(visit.as_mut());
    }
    assert_eq!(store.head().await.unwrap().get(), 500);
}

/// What a panic said was dropped on the reader thread if nobody waited any more; that panicked too,
/// and took the thread. After the last one, every read hung.
#[tokio::test]
async fn a_panic_that_panics_as_it_is_dropped_takes_no_reader() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::panic_any(Bomb);
        }
    }
    /// Panics once it is told to.
    struct Panicking(mpsc::Sender<()>, mpsc::Receiver<()>);
    impl Visit for Panicking {
        fn visit(&mut self, _: &RecordedEvent<'_>) -> ControlFlow<()> {
            self.0.send(()).unwrap();
            self.1.recv().unwrap();
            std::panic::panic_any(Bomb)
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(filled(&path, 500).await);
    let options = SqliteOptions::new(&path).readers(1);
    let store = SqliteStore::open_with(options).await.unwrap();
    for _ in 0..2 {
        let ((begun, begins), (go, goes)) = (mpsc::channel(), mpsc::channel());
        let visitor = Panicking(begun, goes);
        let mut visit = Box::pin(store.visit(ReadStream::new(stream()), visitor));
        assert!(poll!(visit.as_mut()).is_pending());
        begins.recv().unwrap();
        drop(visit);
        go.send(()).unwrap();
        assert_eq!(store.head().await.unwrap().get(), 500);
    }
}

/// A path that began with `file:` was taken for a URI: the log was in another place, or in no file
/// at all.
#[tokio::test]
async fn a_path_is_no_uri() {
    let folder = tempfile::tempdir().unwrap();
    for query in ["", "?cache=shared", "?mode=memory"] {
        let path = format!("file:{}/log.db{query}", folder.path().display());
        let outcome = SqliteStore::open(&path).await;
        let Err(OpenError::Failed { place, .. }) = outcome else {
            panic!("{path}: {outcome:?}");
        };
        assert_eq!(place, path);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

/// A constraint that somebody else had added was reported as a duplicate event id, and left a
/// stream without an event.
#[tokio::test]
async fn a_constraint_of_the_user_is_reported_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let client = Connection::open(&path).unwrap();
    client
        .execute_batch("CREATE UNIQUE INDEX one ON pericarp_events (json_extract(data, '$.mail'))")
        .unwrap();
    let mail = r#"{"mail":"x"}"#;
    store
        .append(commit_of("a", Expected::Any, 1, mail))
        .await
        .unwrap();
    let refused = store.append(commit_of("b", Expected::Any, 1, mail)).await;
    assert!(matches!(refused, Err(AppendError::Failed { .. })));
    let streams: i64 = client
        .query_row("SELECT count(*) FROM pericarp_streams", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(streams, 1);
}

/// An event at the largest integer made SQLite choose positions at random.
#[tokio::test]
async fn no_client_takes_the_last_position() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    let taken = Connection::open(&path).unwrap().execute_batch(
        "INSERT INTO pericarp_events
         SELECT 9223372036854775807, stream, 2, x'00112233445566778899aabbccddeeff', type, 1, 0, 0,
                recorded_at, data, metadata FROM pericarp_events",
    );
    assert!(taken.is_err());
}

/// Pages of many streams walked everything before them again; now they go on where they were.
#[tokio::test]
async fn many_streams_are_read_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("log.db"))
        .await
        .unwrap();
    let mut names = vec![StreamName::new("test", "nobody").unwrap()];
    for key in 0..20 {
        names.push(StreamName::new("test", key).unwrap());
        store
            .append(commit_to(&key.to_string(), Expected::Any, key + 1))
            .await
            .unwrap();
    }
    for limit in [1, 2, 7, 1_000] {
        let mut pages = store.pages(ReadStreams::new(names.clone()).limit(limit));
        let mut seen = Vec::new();
        while let Some(page) = pages.next().await.unwrap() {
            seen.extend(
                page.events()
                    .map(|e| (e.stream.to_string(), e.version.get())),
            );
        }
        let distinct: std::collections::HashSet<_> = seen.iter().cloned().collect();
        assert_eq!((seen.len(), distinct.len()), (210, 210), "pages of {limit}");
    }
}

/// serde_json writes `null` for NaN and any depth, and reads neither back: the command was
/// acknowledged, and its stream could never be loaded again.
#[test]
fn what_could_not_be_read_back_is_not_written() {
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "scale.weighed")]
    struct Weighed {
        kg: Option<Vec<f64>>,
    }
    #[derive(Serialize, Deserialize)]
    struct Tree(Vec<Tree>);
    #[derive(Event, Serialize, Deserialize)]
    enum Grown {
        #[event(name = "tree.grown")]
        Tree(Tree),
        #[event(name = "tree.measured")]
        Measured { metres: f32 },
    }
    fn tree(levels: usize) -> Grown {
        Grown::Tree((1..levels).fold(Tree(Vec::new()), |tree, _| Tree(vec![tree])))
    }
    fn check(event: &impl Event, is_written: bool) -> Vec<u8> {
        let mut out = Vec::new();
        assert_eq!(event.encode(&mut out).is_ok(), is_written);
        out
    }
    check(
        &Weighed {
            kg: Some(vec![1.5, f64::NAN]),
        },
        false,
    );
    check(
        &Weighed {
            kg: Some(vec![f64::INFINITY]),
        },
        false,
    );
    check(
        &Weighed {
            kg: Some(vec![1.5]),
        },
        true,
    );
    check(&Grown::Measured { metres: f32::NAN }, false);
    check(&Grown::Measured { metres: 2.0 }, true);
    check(&tree(128), false);
    let deepest = check(&tree(127), true);
    assert!(serde_json::from_slice::<Tree>(&deepest).is_ok());
}

#[derive(Event, Serialize, Deserialize, Clone, Copy)]
#[event(name = "scale.read")]
struct Weighed(f64);

#[derive(Aggregate, Default, Debug)]
#[aggregate(category = "scale", id = u64, events(Weighed))]
struct Scale {
    weights: Vec<f64>,
}

impl Apply<Weighed> for Scale {
    fn apply(&mut self, event: Weighed, _: &Meta<'_>) {
        self.weights.push(event.0);
    }
}

/// A fraction was written to the last bit, and read as its neighbour: the state that a replay made
/// was not the state that had decided.
#[tokio::test]
async fn a_fraction_is_replayed_as_it_was_emitted() {
    let app = Pericarp::new(MemoryStore::new());
    let mut scale = Root::<Scale>::empty(1);
    for weight in [4.930619037417005e-126, 1.180658850845465e40, 0.1 + 0.2] {
        scale.emit(Weighed(weight));
    }
    app.repository().save(&mut scale).await.unwrap();
    let replayed = app.load::<Scale>(&1).await.unwrap().unwrap();
    assert_eq!(replayed.weights, scale.weights);
}
