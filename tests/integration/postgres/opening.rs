//! Why a log cannot be opened: each reason has a code, and none tells a secret.

use std::time::Duration;

use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{AppendError, NewSnapshot, OpenError, PostgresStore, Store};
use pericarp::uuid::Uuid;
use pericarp::{Expected, StreamName, Version};
use pericarp_tests::postgres::{Mode, Options, Server, Url};
use pericarp_tests::proxy::{Proxy, When};
use pericarp_tests::{chain, commit_to};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::setting::{PATIENCE, Setting, fault, open, options, within};

/// The password that no error may show.
const SECRET: &str = "pl4nted-s3cret";

fn short(url: &Url) -> PostgresOptions {
    options(url)
        .acquire_timeout(Duration::from_millis(500))
        .query_timeout(Some(Duration::from_millis(500)))
}

fn patient(url: &Url) -> PostgresOptions {
    options(url).acquire_timeout(PATIENCE)
}

/// Opens what cannot be opened, and looks at all that can be said of it.
#[track_caller]
fn check(
    options: PostgresOptions,
    code: &'static str,
    says: &str,
) -> impl Future<Output = OpenError> {
    let (says, shown) = (says.to_owned(), format!("{options:?}"));
    async move {
        let error = within("it fails", PostgresStore::open_with(options)).await;
        let error = error.unwrap_err();
        let text = chain(&error);
        assert_eq!(error.code(), code, "{text}");
        assert!(text.contains(&says), "{says:?} is not in {text}");
        for text in [text, format!("{error:?}"), shown] {
            assert!(!text.contains(SECRET), "{text}");
        }
        error
    }
}

/// An error of a server that asks for passwords showed the URL, with the password in it.
#[tokio::test]
async fn who_is_not_let_in_learns_why_and_nobody_learns_the_password() {
    let options = Options::new()
        .tcp()
        .access("host all all 127.0.0.1/32 scram-sha-256");
    let server = Server::start_own(options).await;
    let database = server.database().await;
    let mut superuser = server.connect().await;
    let role = format!(
        "CREATE ROLE app LOGIN PASSWORD '{SECRET}'; ALTER DATABASE {} OWNER TO app",
        database.name()
    );
    superuser.execute(AssertSqlSafe(role)).await.unwrap();
    let app = || database.url().clone().user("app", SECRET);
    let store = open(patient(&app())).await;
    store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    let shown = format!(
        "{store:?} {:?} {}",
        store.options(),
        store.options().place()
    );
    assert!(!shown.contains(SECRET), "{shown}");

    let wrong = database.url().clone().user("app", &format!("{SECRET}x"));
    check(
        patient(&wrong),
        "open.unauthorised",
        "password authentication failed",
    )
    .await;
    let nobody = database.url().clone().user("nobody", SECRET);
    check(patient(&nobody), "open.unauthorised", "nobody").await;
    let nowhere = app().database("nowhere");
    check(patient(&nowhere), "open.no_database", "nowhere").await;

    // Whose password is changed while the store is open, learns it with the next connection.
    let change = "ALTER ROLE app PASSWORD 'another'; SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app'";
    superuser.execute(change).await.unwrap();
    let error = store.head().await.unwrap_err();
    assert_eq!(fault(&error).sqlstate(), Some("28P01"), "{}", chain(&error));
    let append = store.append(commit_to("a", Expected::Any, 1)).await;
    let (text, debug) = match &append {
        Err(error) => (chain(error), format!("{error:?}")),
        Ok(committed) => panic!("{committed:?}"),
    };
    for text in [text, debug, chain(&error), format!("{error:?}")] {
        assert!(!text.contains(SECRET), "{text}");
    }

    server.stop(Mode::Fast);
    check(patient(&app()), "open.unreachable", "127.0.0.1").await;
}

/// A URL that is none was repeated in the error, with the password in it.
#[test]
fn urls_that_are_none_are_not_repeated() {
    for url in [
        format!("postgres://app:{SECRET}@host:port/db"),
        format!("postgres://app:{SECRET}@[::1/db"),
        format!("postgres://app:{SECRET}%zz@host/db?sslmode=pl%00"),
        format!("postgres://app:{SECRET}@/db?port=x"),
        format!("app:{SECRET}@host/db"),
        SECRET.to_owned(),
    ] {
        if let Err(error) = PostgresOptions::parse(&url) {
            assert_eq!(error.code(), "open.option");
            let text = format!("{} {error:?}", chain(&error));
            assert!(!text.contains(SECRET), "{text}");
        }
    }
}

/// A server that accepts and says nothing was waited for without end.
#[tokio::test]
async fn a_silent_network_is_not_waited_for_without_end() {
    let setting = Setting::new().await;
    setting.proxy.hold();
    check(short(setting.proxy.url()), "open.unreachable", "no answer").await;
    setting.proxy.release();
    for text in ["server_version_num", "pg_namespace", "to_regclass"] {
        let proxy = Proxy::start(setting.database.url()).await;
        let held = proxy.hold_after(When::sql(text));
        check(short(proxy.url()), "open.unreachable", "no answer").await;
        held.struck().await;
    }
    open(short(setting.proxy.url())).await;
}

#[tokio::test]
async fn databases_that_cannot_hold_a_log_are_refused() {
    let server = Server::shared();
    let ascii = server
        .database_with("ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
        .await;
    check(patient(ascii.url()), "open.failed", "encoding 'UTF8'").await;

    let read_only = server.database().await;
    let set = format!(
        "ALTER DATABASE {} SET default_transaction_read_only = on",
        read_only.name()
    );
    let mut client = read_only.connect().await;
    client.execute(AssertSqlSafe(set)).await.unwrap();
    check(
        patient(read_only.url()),
        "open.read_only",
        "connect to the primary",
    )
    .await;

    let newer = server.database().await;
    open(patient(newer.url())).await.close().await;
    let mut client = newer.connect().await;
    let insert = "INSERT INTO pericarp_schema (version) VALUES (1000)";
    client.execute(insert).await.unwrap();
    check(patient(newer.url()), "open.newer_schema", "version 1000").await;
}

/// The privileges that the book lists: for those who append, and for those who only read.
fn grants() -> [String; 2] {
    let page = include_str!("../../../book/src/postgres.md");
    let blocks = page
        .split("```")
        .filter_map(|block| block.strip_prefix("sql\nGRANT"));
    let blocks: Vec<String> = blocks
        .map(|block| format!("GRANT{block}"))
        .map(|block| block.replace("SCHEMA public", "SCHEMA ledger"))
        .map(|block| block.replace("TO bank", "TO app"))
        .collect();
    blocks.try_into().unwrap()
}

/// A role that may not make tables got the server's words alone, which do not say what is missing.
#[tokio::test]
async fn privileges_that_are_missing_are_named_and_few_are_enough() {
    let server = Server::start_own(Options::new()).await;
    let database = server.database().await;
    let mut owner = database.connect().await;
    owner.execute("CREATE ROLE app LOGIN").await.unwrap();
    let app = || patient(&database.url().clone().user("app", "")).schema("ledger");
    let missing = "grant CREATE on the schema";
    let error = check(app(), "open.forbidden", missing).await;
    assert_eq!(fault(&error).sqlstate(), Some("42501"));
    let public = || app().schema("public");
    check(public(), "open.forbidden", missing).await;

    let made = options(database.url()).schema("ledger");
    let theirs = open(made).await;
    theirs
        .append(commit_to("a", Expected::NoStream, 1))
        .await
        .unwrap();
    check(app(), "open.forbidden", missing).await;

    let [appends, reads] = grants();
    owner.execute("SET search_path = ledger").await.unwrap();
    owner.execute(AssertSqlSafe(reads)).await.unwrap();
    let reader = open(app()).await;
    assert_eq!(reader.head().await.unwrap().get(), 1);
    let error = reader
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap_err();
    assert!(matches!(error, AppendError::Failed { .. }), "{error:?}");
    assert!(
        chain(&error).contains("lacks a privilege"),
        "{}",
        chain(&error)
    );

    owner.execute(AssertSqlSafe(appends)).await.unwrap();
    let writer = open(app()).await;
    writer
        .append(commit_to("a", Expected::Exists, 1))
        .await
        .unwrap();
    writer
        .append(commit_to("b", Expected::NoStream, 1))
        .await
        .unwrap();
    assert_eq!(
        writer
            .wait_past(pericarp::Position::new(1))
            .await
            .unwrap()
            .get(),
        3
    );
    for version in 1..=2 {
        let stream = StreamName::new("test", "a").unwrap();
        let version = Version::new(version);
        let snapshot = NewSnapshot::new(stream, version, Uuid::nil(), || Ok("{}".into()));
        writer.keep_snapshot(snapshot);
        writer.snapshots_kept().await;
        let kept = "SELECT version FROM ledger.pericarp_snapshots";
        let row = owner.fetch_one(kept).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), version.get().cast_signed());
    }
    let mut client = PgConnection::connect(&database.url().clone().user("app", "").to_string())
        .await
        .unwrap();
    for statement in [
        "DELETE FROM ledger.pericarp_events",
        "INSERT INTO ledger.pericarp_schema (version) VALUES (2)",
        "DROP TABLE ledger.pericarp_events",
        "ALTER TABLE ledger.pericarp_events DISABLE TRIGGER USER",
    ] {
        client.execute(statement).await.unwrap_err();
    }
}
