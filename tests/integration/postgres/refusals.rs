//! What a server, or the pool, refuses: typed, with what to do, and over when its cause is.

use std::ops::ControlFlow;
use std::time::Duration;

use pericarp::store::{AppendError, PostgresStore, ReadStream, Store, Visit};
use pericarp::{Expected, Ids, RandomIds, RecordedEvent, StreamName};
use pericarp_tests::postgres::{Options, Server};
use pericarp_tests::proxy::When;
use pericarp_tests::{chain, commit_of, commit_to, positions};
use sqlx::{Executor, query_scalar};

use super::setting::{PATIENCE, Setting, fault, open, options, sessions, wait_until, within};

/// Somebody held the append lock, and everybody behind him waited for as long as he did.
#[tokio::test]
async fn an_append_that_waits_too_long_for_the_lock_fails() {
    let setting = Setting::new().await;
    let store = setting
        .open(|options| options.query_timeout(Some(Duration::from_millis(500))))
        .await;
    let mut holder = setting.database.connect().await;
    holder
        .execute("BEGIN; SELECT pericarp_lock()")
        .await
        .unwrap();
    let mut appends = Vec::new();
    for number in 0..8 {
        let commit = commit_to(&format!("s{number}"), Expected::NoStream, 1);
        let store = store.clone();
        appends.push(tokio::spawn(async move {
            (commit.clone(), store.append(commit).await)
        }));
        tokio::task::yield_now().await;
    }
    let mut commits = Vec::new();
    for append in appends {
        let (commit, outcome) = within("an answer", append).await.unwrap();
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), "append.failed", "{error:?}");
        assert_eq!(fault(&error).sqlstate(), Some("57014"));
        assert!(chain(&error).contains("`doctor` names who holds the append lock"));
        commits.push(commit);
    }
    assert_eq!(store.head().await.unwrap().get(), 0, "readers do not wait");
    holder.execute("ROLLBACK").await.unwrap();
    for commit in commits {
        store.append(commit).await.unwrap();
    }
    assert_eq!(store.head().await.unwrap().get(), 8);
}

/// Somebody locked a table first and wanted to append then: PostgreSQL ended the store's append to
/// get them apart, and the store handed that on.
#[tokio::test]
async fn an_append_that_a_deadlock_ends_is_tried_again() {
    let setting = Setting::new().await;
    let mut client = setting.database.connect().await;
    // The store's session looks for deadlocks, and the other does not.
    client
        .execute("SET deadlock_timeout = '10min'")
        .await
        .unwrap();
    let store = setting
        .open(|options| options.query_timeout(Some(PATIENCE)).listen(false))
        .await;
    let deadlocks = |statements: Vec<String>| {
        let appends = statements
            .iter()
            .filter(|sql| sql.contains("pericarp_append"));
        appends.count().saturating_sub(1)
    };
    let mut watcher = setting.database.connect().await;
    for round in 1_u64.. {
        setting.proxy.reset();
        client
            .execute("BEGIN; LOCK TABLE pericarp_events IN EXCLUSIVE MODE")
            .await
            .unwrap();
        let append = tokio::spawn({
            let store = store.clone();
            async move { store.append(commit_to("a", Expected::Any, 1)).await }
        });
        wait_until("it waits for the table", async || {
            sessions(&mut watcher, "wait_event = 'relation'").await == 1
        })
        .await;
        // Too late, if the machine was busy: the store's session has looked already.
        let late = "SET LOCAL lock_timeout = '5s'; SELECT pericarp_lock()";
        let _ = client.execute(late).await;
        client.execute("ROLLBACK").await.unwrap();
        let committed = within("an answer", append).await.unwrap().unwrap();
        assert_eq!(committed.first.get(), round);
        if deadlocks(setting.proxy.statements()) > 0 {
            break;
        }
    }
}

/// A deadlock at every try is an error in the end.
#[tokio::test]
async fn deadlocks_without_end_are_an_error() {
    let setting = Setting::new().await;
    let store = setting.open(|options| options).await;
    let mut client = setting.database.connect().await;
    let sql = "CREATE SEQUENCE tries;
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('tries') % 8 < 7 THEN
                RAISE EXCEPTION 'as meant' USING ERRCODE = 'deadlock_detected';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER fail AFTER INSERT ON pericarp_events EXECUTE FUNCTION fail()";
    client.execute(sql).await.unwrap();
    let commit = commit_to("a", Expected::NoStream, 1);
    let error = store.append(commit.clone()).await.unwrap_err();
    assert_eq!(error.code(), "append.failed", "{error:?}");
    assert_eq!(fault(&error).sqlstate(), Some("40P01"));
    store.append(commit).await.unwrap();
}

/// The disk of the tables was full.
#[tokio::test]
async fn a_full_disk_is_an_error_until_there_is_room() {
    let server = Server::start_own(Options::new().tables_on_small_disk(96)).await;
    let database = server.database().await;
    let store = open(options(database.url())).await;
    let filling = format!("\"{}\"", "x".repeat(1 << 20));
    let mut stored = 0;
    for _ in 0..2 {
        let ballast = server.fill_disk();
        let mut refused = Vec::new();
        for _ in 0..3 {
            // What is larger than the pages that are there already.
            let commit = commit_of("a", Expected::Any, 4, &random_text(&filling));
            match store.append(commit.clone()).await {
                Ok(_) => stored += 1,
                Err(error) => {
                    assert_eq!(error.code(), "append.failed", "{error:?}");
                    assert_eq!(fault(&error).sqlstate(), Some("53100"));
                    assert!(chain(&error).contains("make room"));
                    refused.push(commit);
                }
            }
        }
        assert!(!refused.is_empty());
        assert_eq!(positions(&store).await.len(), stored * 4);
        drop(ballast);
        for commit in refused {
            store.append(commit).await.unwrap();
            stored += 1;
        }
    }
    assert_eq!(positions(&store).await.len(), stored * 4);
}

/// As long, and nothing that could be compressed.
fn random_text(filling: &str) -> String {
    let mut text = String::from("\"");
    while text.len() < filling.len() {
        text += &RandomIds.next().simple().to_string();
    }
    text + "\""
}

struct Nothing;

impl Visit for Nothing {
    fn visit(&mut self, _: &RecordedEvent<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

async fn load(store: &PostgresStore) {
    let read = ReadStream::new(StreamName::new("test", "a").unwrap());
    store.visit(read, Nothing).await.unwrap();
}

/// Every connection was busy, and the error did not say which option gives more.
#[tokio::test]
async fn a_pool_that_is_exhausted_says_so() {
    let setting = Setting::new().await;
    for (patience, enough) in [(Duration::from_secs(1), false), (PATIENCE, true)] {
        let store = setting
            .open(|options| options.max_connections(1).acquire_timeout(patience))
            .await;
        load(&store).await;
        let held = setting.proxy.hold_after(When::sql("pericarp_streams"));
        let busy = tokio::spawn({
            let store = store.clone();
            async move { load(&store).await }
        });
        held.struck().await;
        let mut waiting = Box::pin(store.head());
        if enough {
            let poll = std::future::poll_fn(|context| {
                std::task::Poll::Ready(waiting.as_mut().poll(context).is_ready())
            });
            assert!(!poll.await);
            setting.proxy.release();
            assert_eq!(within("its turn", waiting).await.unwrap().get(), 0);
        } else {
            let error = waiting.await.unwrap_err();
            assert_eq!(error.code(), "read.failed");
            assert!(
                chain(&error).contains("raise max_connections"),
                "{}",
                chain(&error)
            );
            setting.proxy.release();
        }
        busy.await.unwrap();
    }
}

/// The server had no place for one more connection, and the error spoke of the store's own pool.
#[tokio::test]
async fn a_server_with_too_many_connections_says_so() {
    let server = Server::start_own(
        Options::new()
            .setting("max_connections = 8")
            .setting("superuser_reserved_connections = 3"),
    )
    .await;
    let database = server.database().await;
    let mut superuser = database.connect().await;
    let sql = "CREATE ROLE app LOGIN; GRANT ALL ON SCHEMA public TO app";
    superuser.execute(sql).await.unwrap();
    let app = database.url().clone().user("app", "");
    let options = || {
        options(&app)
            .acquire_timeout(Duration::from_millis(200))
            .listen(false)
    };
    let store = open(options()).await;
    let mut others = Vec::new();
    while let Ok(other) = <sqlx::PgConnection as sqlx::Connection>::connect(&app.to_string()).await
    {
        others.push(other);
    }
    let error = PostgresStore::open_with(options()).await.unwrap_err();
    assert_eq!(error.code(), "open.failed");
    assert!(
        chain(&error).contains("too many connections"),
        "{}",
        chain(&error)
    );
    let error = store.head().await.unwrap_err();
    assert_eq!(error.code(), "read.failed");
    assert_eq!(fault(&error).sqlstate(), Some("53300"), "{}", chain(&error));
    // What has its connection goes on.
    store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    others.pop();
    within("there is a place", async {
        while store.head().await.is_err() {}
    })
    .await;
}

/// A limit of the server on how long it waits for locks.
#[tokio::test]
async fn a_lock_timeout_of_the_server_is_an_error_with_a_hint() {
    let setting = Setting::new().await;
    let mut holder = setting.database.connect().await;
    let name = setting.database.name();
    let set = format!("ALTER DATABASE {name} SET lock_timeout = '50ms'");
    holder.execute(sqlx::AssertSqlSafe(set)).await.unwrap();
    let store = setting.open(|options| options).await;
    holder
        .execute("BEGIN; SELECT pericarp_lock()")
        .await
        .unwrap();
    let error = store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap_err();
    assert!(matches!(error, AppendError::Failed { .. }), "{error:?}");
    assert_eq!(fault(&error).sqlstate(), Some("55P03"));
    let waiting: i64 = query_scalar("SELECT count(*) FROM pg_locks WHERE NOT granted")
        .fetch_one(&mut holder)
        .await
        .unwrap();
    assert_eq!(waiting, 0);
}
