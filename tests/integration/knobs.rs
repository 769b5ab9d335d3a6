//! Every key of the configuration changes what runs: here those of logs in SQLite, of applications and
//! of what is logged, and beside them in [`postgres::knobs`](crate::postgres) those of PostgreSQL.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::Poll;

use futures::future::join_all;
use futures::poll;
use pericarp::config::{Config, Sources};
use pericarp::doctor::{Amount, Depth};
use pericarp::metrics::Registry;
use pericarp::middleware::Trace;
use pericarp::store::{
    AppendError, MemoryStore, Read, ReadStream, SqliteStore, Store, StoreMetrics, Visit,
};
use pericarp::testing::{Fault, Faulty};
use pericarp::{
    Commit, CommitId, Committed, EventType, Expected, Ids, NewEvent, Page, Pericarp, Position,
    RandomIds, RecordedEvent, StreamName, Timestamp,
};
use pericarp_tests::{Watched, commit_to};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event as Line, Metadata as Callsite, Subscriber};

use crate::conformance_sqlite::LogFile;
use crate::domain::Add;
use crate::snapshots::domain::CountHot;

/// What is told of some keys, by variables of the environment.
pub(crate) fn told(keys: &[(&str, &str)]) -> Config {
    let variable = |key: &str| format!("PERICARP_{}", key.replace('.', "__").to_uppercase());
    let variables = keys
        .iter()
        .map(|(key, value)| (variable(key), (*value).to_owned()));
    Sources::new().variables(variables).load().unwrap()
}

#[test]
fn no_key_is_left_out() {
    let tests = [include_str!("knobs.rs"), include_str!("postgres/knobs.rs")];
    for key in Config::keys() {
        let told = format!("(\"{key}\", ");
        assert!(tests.iter().any(|tests| tests.contains(&told)), "{key}");
    }
}

#[tokio::test]
async fn aggregates_stay_in_memory_as_told() {
    for (cached, loads) in [("0", 3), ("8", 1)] {
        let config = told(&[("aggregates.cached", cached)]);
        let store = Arc::new(Watched::new(MemoryStore::new()));
        let app = Pericarp::builder(store.clone())
            .cached_aggregates(config.aggregates.cached)
            .build();
        for _ in 0..3 {
            app.execute(CountHot { meter: 1, n: 1 }).await.unwrap();
        }
        assert_eq!(store.take().loads, loads, "{cached}");
    }
}

/// A log that is opened as it is told.
struct Told {
    log: LogFile,
    registry: Registry,
    store: SqliteStore,
}

impl Told {
    async fn open(keys: &[(&str, &str)]) -> Self {
        let (log, registry) = (LogFile::new(), Registry::new());
        let path = log.path();
        let path = [("sqlite.path", path.to_str().unwrap())];
        let config = told(&[&path[..], keys].concat());
        let metrics = StoreMetrics::new(&registry, "told").unwrap();
        let options = config.sqlite_options().metrics(metrics);
        let store = SqliteStore::open_with(options).await.unwrap();
        Self {
            log,
            registry,
            store,
        }
    }

    fn figure(&self, name: &str) -> f64 {
        let text = self.registry.to_prometheus();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }

    fn batches(&self) -> f64 {
        self.figure("pericarp_store_batch_commits_count")
    }

    async fn append(&self) -> Result<Committed, AppendError> {
        self.store.append(commit_to("a", Expected::Any, 1)).await
    }

    /// An append that the writer has taken, and one more for each of `waiting`, while somebody else has
    /// the file; and what gives it back.
    async fn crowded(&self, waiting: usize) -> (Vec<Appending<'_>>, rusqlite::Connection) {
        let client = self.log.client();
        client.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut appends = vec![self.appending().await];
        while self.figure("pericarp_store_queue_length") > 0.0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..waiting {
            appends.push(self.appending().await);
        }
        (appends, client)
    }

    async fn appending(&self) -> Appending<'_> {
        let mut append: Appending<'_> = Box::pin(self.append());
        let poll = poll_fn(|context| Poll::Ready(append.as_mut().poll(context)));
        match poll.await {
            Poll::Pending => append,
            Poll::Ready(outcome) => Box::pin(std::future::ready(outcome)),
        }
    }
}

type Appending<'t> = Pin<Box<dyn Future<Output = Result<Committed, AppendError>> + 't>>;

#[tokio::test]
async fn limits_refuse_what_is_larger() {
    let few = Told::open(&[("limits.max_events_per_commit", "2")]).await;
    let small = Told::open(&[("limits.max_bytes_per_commit", "4")]).await;
    for (told, code) in [(few, "append.too_many_events"), (small, "append.too_large")] {
        told.append().await.unwrap();
        let larger = told.store.append(commit_to("a", Expected::Any, 3)).await;
        assert_eq!(larger.unwrap_err().code(), code);
    }
}

/// It is a power cut that tells the two apart, so it is the doctor who says which.
#[tokio::test]
async fn durability_is_what_the_doctor_says() {
    for (durability, code) in [
        ("full", "durability.full"),
        ("relaxed", "durability.relaxed"),
    ] {
        let told = Told::open(&[("appends.durability", durability)]).await;
        let report = told.store.doctor(Depth::Quick).await.unwrap();
        assert!(report.findings().iter().any(|found| found.code == code));
    }
}

#[tokio::test]
async fn a_full_queue_does_what_it_is_told() {
    for capacity in ["1", "3"] {
        let waiting = capacity.parse().unwrap();
        for (key, value, is_refused) in [
            ("appends.when_full", "reject", true),
            ("appends.when_full", "wait", false),
            // It refuses, unless told otherwise.
            ("preset", "production", true),
        ] {
            let told = Told::open(&[("appends.queue_capacity", capacity), (key, value)]).await;
            let (mut appends, client) = told.crowded(waiting).await;
            let mut one_more = told.appending().await;
            match poll!(&mut one_more) {
                Poll::Ready(outcome) => {
                    assert!(is_refused);
                    let full = AppendError::QueueFull { capacity: waiting };
                    assert_eq!(outcome.unwrap_err().to_string(), full.to_string());
                }
                Poll::Pending => {
                    assert!(!is_refused);
                    appends.push(one_more);
                }
            }
            client.execute_batch("COMMIT").unwrap();
            for outcome in join_all(appends).await {
                outcome.unwrap();
            }
        }
    }
}

const LONG: (&str, &str) = ("sqlite.busy_timeout", "10min");

#[tokio::test]
async fn a_writer_lingers_for_as_many_as_last_time() {
    for (linger, batches) in [("1s", 1.0), ("0s", 2.0)] {
        let told = Told::open(&[("appends.linger", linger), LONG]).await;
        let (appends, client) = told.crowded(2).await;
        client.execute_batch("COMMIT").unwrap();
        join_all(appends).await;
        assert_eq!(told.batches(), 2.0);
        // The last batch had two. One who comes alone waits for another, or does not.
        let first = told.appending().await;
        if linger == "0s" {
            first.await.unwrap();
            told.append().await.unwrap();
        } else {
            let second = told.appending().await;
            join_all([first, second]).await;
        }
        assert_eq!(told.batches(), 2.0 + batches, "{linger}");
    }
}

/// Somebody else is faster at each append but the last that is planned.
fn overtaken(keys: &[(&str, &str)]) -> Pericarp<Faulty<MemoryStore>> {
    let store = Faulty::new(MemoryStore::new());
    for _ in 0..100 {
        let mut commit = Commit::new(CommitId::new(RandomIds.next()));
        let added = EventType::from_static("tally.added");
        let stream = StreamName::new("tally", 1).unwrap();
        let turn = commit.to(stream, Expected::Any).raw(NewEvent {
            id: None,
            event_type: &added,
            schema_version: 1,
            occurred_at: Timestamp::EPOCH,
            data: r#"{"n":0}"#,
            metadata: "{}",
        });
        turn.unwrap();
        store.plan(Fault::Overtake(commit));
    }
    let retry = told(keys).retry;
    Pericarp::builder(store).retry(retry).build()
}

async fn attempts(app: &Pericarp<Faulty<MemoryStore>>) -> u64 {
    app.store().head().await.unwrap().get()
}

#[tokio::test]
async fn a_command_is_decided_as_often_and_waits_as_long_as_told() {
    let at_once = [("retry.min_delay", "0s"), ("retry.max_delay", "0s")];
    for tries in ["1", "5"] {
        let app = overtaken(&[&at_once[..], &[("retry.attempts", tries)]].concat());
        let outcome = app.execute(Add { tally: 1, n: 1 }).await;
        assert_eq!(outcome.unwrap_err().code(), "append.conflict");
        assert_eq!(attempts(&app).await.to_string(), tries);
    }
    // The first comes again at once, and then waits for an hour.
    let app = overtaken(&[("retry.min_delay", "1h"), ("retry.max_delay", "1h")]);
    let mut waits = pin!(app.execute(Add { tally: 1, n: 1 }));
    assert!(poll!(&mut waits).is_pending());
    assert_eq!(attempts(&app).await, 2);
    // Each wait is twice as long as the one before, so without a longest the last would take days.
    let app = overtaken(&[
        ("retry.attempts", "40"),
        ("retry.min_delay", "1us"),
        ("retry.max_delay", "1us"),
    ]);
    app.execute(Add { tally: 1, n: 1 }).await.unwrap_err();
    assert_eq!(attempts(&app).await, 40);
}

#[tokio::test]
async fn the_log_is_where_it_is_told_to_be() {
    let log = LogFile::new();
    let path = log.path();
    assert!(!path.exists());
    let config = told(&[("sqlite.path", path.to_str().unwrap())]);
    let store = SqliteStore::open_with(config.sqlite_options()).await;
    assert!(path.exists());
    store.unwrap().close().await;
}

/// Meets as many others as there are, while it looks at an event.
struct Meets(Arc<Barrier>);

impl Visit for Meets {
    fn visit(&mut self, _: &RecordedEvent<'_>) -> ControlFlow<()> {
        self.0.wait();
        ControlFlow::Break(())
    }
}

/// Looks at an event until it is let go.
struct Stays(mpsc::Sender<()>, mpsc::Receiver<()>);

impl Visit for Stays {
    fn visit(&mut self, _: &RecordedEvent<'_>) -> ControlFlow<()> {
        self.0.send(()).unwrap();
        let _ = self.1.recv();
        ControlFlow::Break(())
    }
}

#[tokio::test]
async fn as_many_read_at_once_as_told() {
    let stream = || ReadStream::new(StreamName::new("test", "a").unwrap());
    let three = Told::open(&[("sqlite.readers", "3")]).await;
    three.append().await.unwrap();
    let met = Arc::new(Barrier::new(3));
    let visits = (0..3).map(|_| three.store.visit(stream(), Meets(met.clone())));
    for visit in join_all(visits).await {
        visit.unwrap();
    }
    let one = Told::open(&[("sqlite.readers", "1")]).await;
    one.append().await.unwrap();
    let (begins, begun) = mpsc::channel();
    let (let_go, may_end) = mpsc::channel();
    let mut first = pin!(one.store.visit(stream(), Stays(begins, may_end)));
    assert!(poll!(&mut first).is_pending());
    begun.recv().unwrap();
    let mut second = pin!(one.store.read(Read::from(stream()), Page::new()));
    for _ in 0..100 {
        assert!(poll!(&mut second).is_pending());
        tokio::task::yield_now().await;
    }
    let_go.send(()).unwrap();
    first.await.unwrap();
    assert_eq!(second.await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_has_the_file_is_waited_for_as_long_as_told() {
    let told = Told::open(&[("sqlite.busy_timeout", "0s")]).await;
    let client = told.log.client();
    client.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(told.append().await.unwrap_err().code(), "append.failed");
    client.execute_batch("COMMIT").unwrap();
    told.append().await.unwrap();

    let told = Told::open(&[LONG]).await;
    let (appends, client) = told.crowded(0).await;
    client.execute_batch("COMMIT").unwrap();
    join_all(appends).await.pop().unwrap().unwrap();
}

/// Whether this process has the file in its memory.
#[cfg(target_os = "linux")]
fn is_mapped(told: &Told) -> bool {
    let path = told.log.path();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    maps.lines()
        .any(|line| line.ends_with(path.to_str().unwrap()))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_file_is_mapped_if_told() {
    for (bytes, mapped) in [("0", false), ("1048576", true)] {
        // What is still in the write-ahead log is not read from the file.
        let copied = ("sqlite.checkpoint_pages", "1");
        let told = Told::open(&[("sqlite.mmap_bytes", bytes), copied]).await;
        for _ in 0..3 {
            told.append().await.unwrap();
        }
        let read = ReadStream::new(StreamName::new("test", "a").unwrap());
        told.store.read(read.into(), Page::new()).await.unwrap();
        assert_eq!(is_mapped(&told), mapped, "{bytes}");
        told.store.close().await;
    }
}

#[tokio::test]
async fn the_page_cache_is_as_large_as_told() {
    for kib in [64, 4_096] {
        let told = Told::open(&[("sqlite.cache_kib", &kib.to_string())]).await;
        let report = told.store.doctor(Depth::Quick).await.unwrap();
        let mut figures = report.figures().iter();
        let cache = figures.find(|figure| figure.name == "page cache per connection");
        assert_eq!(cache.unwrap().amount, Amount::Bytes(kib << 10));
    }
}

#[tokio::test]
async fn the_write_ahead_log_grows_as_far_as_told() {
    let mut sizes = Vec::new();
    for pages in ["1", "1000000"] {
        let told = Told::open(&[("sqlite.checkpoint_pages", pages)]).await;
        for _ in 0..200 {
            told.append().await.unwrap();
        }
        let wal = told.log.path().with_extension("db-wal");
        sizes.push(std::fs::metadata(wal).unwrap().len());
    }
    let [small, large] = sizes[..] else {
        panic!("{sizes:?}");
    };
    assert!(small < 200_000 && large > 1_000_000, "{sizes:?}");
}

#[tokio::test]
async fn events_of_others_are_looked_for_as_often_as_told() {
    for (interval, sees) in [("1ms", true), ("1h", false)] {
        let told = Told::open(&[("sqlite.poll_interval", interval)]).await;
        let other = SqliteStore::open(told.log.path()).await.unwrap();
        let mut waits = pin!(told.store.wait_past(Position::START));
        assert!(poll!(&mut waits).is_pending());
        let committed = other.append(commit_to("a", Expected::Any, 1)).await;
        if sees {
            assert_eq!(waits.await.unwrap(), committed.unwrap().last);
        } else {
            for _ in 0..100 {
                assert!(poll!(&mut waits).is_pending());
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Keeps the messages of what is logged up to a level.
struct Lines(LevelFilter, Arc<Mutex<Vec<&'static str>>>);

impl Subscriber for Lines {
    fn enabled(&self, callsite: &Callsite<'_>) -> bool {
        *callsite.level() <= self.0
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.0)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, line: &Line<'_>) {
        let level = line.metadata().level().as_str();
        self.1.lock().unwrap().push(level);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn as_much_is_logged_as_told() {
    for (level, logged) in [
        ("off", &[][..]),
        ("error", &["ERROR"]),
        ("warn", &["ERROR"]),
        ("info", &["ERROR", "INFO"]),
        ("debug", &["ERROR", "INFO", "DEBUG"]),
        ("trace", &["ERROR", "INFO", "DEBUG"]),
    ] {
        let level = told(&[("log.level", level)]).log.level;
        let lines = Arc::<Mutex<Vec<_>>>::default();
        let _logging = tracing::subscriber::set_default(Lines(level.into(), lines.clone()));
        let store = Faulty::new(MemoryStore::new());
        store.plan(Fault::Refuse);
        let app = Pericarp::builder(store).layer(Trace::new()).build();
        // One fails, one is refused, and one succeeds.
        for n in [1, 2_000, 1] {
            let _ = app.execute(Add { tally: 1, n }).await;
        }
        assert_eq!(*lines.lock().unwrap(), logged, "{level:?}");
    }
}
