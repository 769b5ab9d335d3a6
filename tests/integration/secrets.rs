//! Secrets that are planted are nowhere to be read: not in what is logged at the finest level, in no
//! error, in nothing that is shown, and in no metric.

use std::fmt::{self, Debug, Write as _};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pericarp::cache::{Cache, Key, Redis};
use pericarp::config::{Config, Sources};
use pericarp::doctor::Depth;
use pericarp::metrics::Registry;
use pericarp::middleware::Trace;
use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{Measured, PostgresStore, ReadLog, Store, StoreMetrics};
use pericarp::{Expected, Page, Pericarp};
use pericarp_tests::postgres::Server;
use pericarp_tests::{RedisServer, chain, commit_to};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event as Line, Metadata as Callsite, Subscriber};

use crate::domain::Add;

const PLANTED: &str = "hunter2correcthorse";

/// Everything that was said and shown.
#[derive(Clone, Default)]
struct Heap(Arc<Mutex<String>>);

impl Heap {
    fn throw(&self, what: impl fmt::Display) {
        writeln!(self.0.lock().unwrap(), "{what}").unwrap();
    }

    fn throw_debug(&self, what: &dyn Debug) {
        self.throw(format_args!("{what:?} {what:#?}"));
    }

    /// An error, its causes, and what a program says that takes it for none.
    fn throw_error<E: std::error::Error + 'static>(&self, error: E) {
        self.throw(chain(&error));
        self.throw_debug(&error);
        let panic = catch_unwind(AssertUnwindSafe(|| expects(Err::<(), E>(error))));
        let said = panic.unwrap_err();
        self.throw(said.downcast_ref::<String>().unwrap());
    }

    #[track_caller]
    fn check(&self, holds: &[&str]) {
        let said = self.0.lock().unwrap();
        assert!(!said.contains(PLANTED), "{said}");
        for text in holds {
            assert!(said.contains(text), "{text} is not in {said}");
        }
    }
}

/// What a program does that expects no error.
fn expects<T, E: Debug>(outcome: Result<T, E>) -> T {
    outcome.unwrap()
}

impl Visit for Heap {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.throw(format_args!("{field}={value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.throw(format_args!("{field}={}", chain(value)));
    }
}

/// Hears everything, from every crate.
impl Subscriber for Heap {
    fn enabled(&self, _: &Callsite<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.throw(span.metadata().name());
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, line: &Line<'_>) {
        self.throw(line.metadata().target());
        line.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn told(url: &str) -> Config {
    let variables = [("PERICARP_POSTGRES__URL", url)];
    Sources::new().variables(variables).load().unwrap()
}

/// The URL with a password, which a server that trusts everybody does not ask for.
fn with_password(url: &str) -> String {
    let (before, after) = url.split_once('@').unwrap();
    format!("{before}:{PLANTED}@{after}")
}

fn throw_config(heap: &Heap, url: &str) -> PostgresOptions {
    let file = format!("[postgres]\nurl = '{url}'\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("told.toml");
    std::fs::write(&path, file).unwrap();
    let sources = Sources::new().file(&path).unwrap();
    let sources = sources.variables([("PERICARP_POSTGRES__URL", url)]);
    heap.throw_debug(&sources);
    let config = sources.load().unwrap();
    assert!(config.postgres.url.reveal().contains(PLANTED));
    heap.throw_debug(&config);
    heap.throw(&config);
    let options = config.postgres_options().unwrap();
    heap.throw_debug(&options);
    heap.throw(options.place());
    options
}

#[tokio::test]
async fn the_password_of_a_database_that_is_there() {
    let heap = Heap::default();
    let _hearing = tracing::subscriber::set_default(heap.clone());
    let database = Server::shared().database().await;
    let options = throw_config(&heap, &with_password(&database.url().to_string()));
    let registry = Registry::new();
    let metrics = StoreMetrics::new(&registry, &options.place()).unwrap();
    let store = PostgresStore::open_with(options.metrics(metrics.clone()))
        .await
        .unwrap();
    heap.throw_debug(&store);
    let app = Pericarp::builder(Measured::new(store.clone(), metrics))
        .layer(Trace::new())
        .build();
    heap.throw_debug(&app);
    for n in [1, 2_000] {
        let outcome = app.execute(Add { tally: 1, n }).await;
        heap.throw_debug(&outcome);
    }
    store
        .read(ReadLog::all().into(), Page::new())
        .await
        .unwrap();
    let report = store.doctor(Depth::Thorough).await.unwrap();
    heap.throw(&report);
    heap.throw_debug(&report);
    // What it does is found out to be impossible.
    sqlx::query("DROP TABLE pericarp_events CASCADE")
        .execute(&mut database.connect().await)
        .await
        .unwrap();
    heap.throw_error(app.execute(Add { tally: 1, n: 1 }).await.unwrap_err());
    let read = store.read(ReadLog::all().into(), Page::new()).await;
    heap.throw_error(read.unwrap_err());
    let append = store.append(commit_to("a", Expected::Any, 1)).await;
    heap.throw_error(append.unwrap_err());
    heap.throw(registry.to_prometheus());
    heap.throw_debug(&registry);
    store.close().await;
    let closed = store.append(commit_to("a", Expected::Any, 1)).await;
    heap.throw_error(closed.unwrap_err());
    heap.check(&[
        "request failed",
        "sqlx",
        "***",
        "pericarp_store_appends_total",
    ]);
}

#[tokio::test]
async fn the_password_of_a_database_that_is_not() {
    let heap = Heap::default();
    let _hearing = tracing::subscriber::set_default(heap.clone());
    let server = Server::start_own(
        pericarp_tests::postgres::Options::new()
            .tcp()
            .access("host all all 127.0.0.1/32 scram-sha-256"),
    )
    .await;
    let refused = server.url().clone().user("stranger", PLANTED).to_string();
    let gone = format!("postgres://ann:{PLANTED}@127.0.0.1:1/bank");
    for url in [&refused, &gone] {
        let options = throw_config(&heap, url);
        let error = PostgresStore::open_with(options).await.unwrap_err();
        heap.throw_error(error);
    }
    for url in [
        format!("postgres://ann:{PLANTED}@db.test:port/bank"),
        format!("postgres://ann:{PLANTED}@[/x"),
        format!("postgres://ann@db.test/bank?password={PLANTED}&nonsense=%"),
        format!("{PLANTED}://x"),
    ] {
        let config = told(&url);
        heap.throw_debug(&config);
        if let Err(error) = config.postgres_options() {
            heap.throw(&error);
            heap.throw_error(error);
        }
    }
    heap.check(&["127.0.0.1:1/bank", "stranger"]);
}

/// Says a line to a Redis, and waits for its answer.
fn say(server: &RedisServer, line: &str) {
    let url = server.url();
    let address = url.trim_start_matches("redis://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+OK\r\n");
}

#[tokio::test]
async fn the_password_of_a_second_level() {
    let heap = Heap::default();
    let _hearing = tracing::subscriber::set_default(heap.clone());
    let server = RedisServer::start();
    say(&server, &format!("CONFIG SET requirepass {PLANTED}"));
    let address = server.url().replace("redis://", "");
    for (url, works) in [
        (format!("redis://:{PLANTED}@{address}"), true),
        (format!("redis://:not{PLANTED}@{address}"), false),
        (format!("redis://ann:{PLANTED}@127.0.0.1:1/"), false),
    ] {
        let redis = Redis::new(&url, "p").unwrap();
        heap.throw_debug(&redis);
        let builder = Cache::builder()
            .second_level(redis, Duration::from_secs(60))
            .second_level_timeout(Duration::from_secs(10));
        heap.throw_debug(&builder);
        let cache = builder.build();
        let listens = tokio::spawn(cache.listen());
        for n in 0..3_u64 {
            let load = || async move { Ok::<_, std::convert::Infallible>(Some(n)) };
            let brought = cache.get_or_load(&Key::new("test", n), load).await;
            assert_eq!(brought.unwrap().as_deref(), Some(&n));
        }
        cache.invalidate(["a"]).await;
        heap.throw_debug(&cache);
        assert_eq!(cache.stats().l2_errors == 0, works, "{:?}", cache.stats());
        listens.abort();
    }
    for url in [
        format!("http://:{PLANTED}@{address}"),
        format!("redis://:{PLANTED}@host:port/"),
        format!("redis://:{PLANTED}@host/db"),
    ] {
        let error = Redis::new(&url, "p").unwrap_err();
        heap.throw_error(error);
    }
    heap.check(&["Redis {", "not the URL of a Redis"]);
}
