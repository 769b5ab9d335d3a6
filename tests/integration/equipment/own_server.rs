//! Servers that are stopped, killed, filled up and configured.

use std::path::{Path, PathBuf};

use pericarp_tests::postgres::{Mode, Options, OwnServer, Server, Url};
use sqlx::{Connection, Error, PgConnection, query, query_scalar};

use super::user::{User, runs};
use super::wait_until;

async fn connect(url: &Url) -> Result<PgConnection, Error> {
    PgConnection::connect(&url.to_string()).await
}

/// The code of a server's refusal.
#[track_caller]
fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Database(error)) => error.code().unwrap().into_owned(),
        outcome => panic!("{outcome:?}"),
    }
}

async fn setting(server: &Server, sql: &'static str) -> String {
    let mut connection = server.connect().await;
    let value = query_scalar(sql).fetch_one(&mut connection).await;
    value.unwrap()
}

async fn insert(connection: &mut PgConnection, number: i32) {
    query("INSERT INTO numbers VALUES ($1)")
        .bind(number)
        .execute(connection)
        .await
        .unwrap();
}

async fn with_table(server: &OwnServer) -> PgConnection {
    let mut connection = server.connect().await;
    query("CREATE TABLE numbers (number int)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

async fn numbers(server: &Server) -> Vec<i32> {
    let mut connection = server.connect().await;
    let numbers = query_scalar("SELECT number FROM numbers ORDER BY number");
    numbers.fetch_all(&mut connection).await.unwrap()
}

#[tokio::test]
async fn what_is_committed_is_there_after_every_kind_of_end() {
    let server = Server::start_own(Options::new()).await;
    let mut connection = with_table(&server).await;
    let ends: [fn(&OwnServer); 3] = [
        |server| server.stop(Mode::Fast),
        |server| server.stop(Mode::Immediate),
        OwnServer::kill,
    ];
    for (number, end) in (1..).zip(ends) {
        insert(&mut connection, number).await;
        let mut open = connection.begin().await.unwrap();
        insert(&mut open, -number).await;
        end(&server);
        query("SELECT 1").execute(&mut *open).await.unwrap_err();
        drop(open);
        let refused = connect(server.url()).await.unwrap_err();
        assert!(matches!(refused, Error::Io(_)), "{refused}");
        server.start();
        connection = server.connect().await;
    }
    assert_eq!(numbers(&server).await, [1, 2, 3]);
    server.restart(Mode::Fast);
    assert_eq!(numbers(&server).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_port_is_the_same_after_a_restart() {
    let server = Server::start_own(Options::new().tcp()).await;
    let other = Server::start_own(Options::new().tcp()).await;
    assert_ne!(server.url(), other.url());
    let database = server.database().await;
    assert!(database.url().to_string().contains("@127.0.0.1:"));
    database.connect().await.ping().await.unwrap();
    server.restart(Mode::Immediate);
    database.connect().await.ping().await.unwrap();
}

#[tokio::test]
async fn settings_are_heard_and_the_log_can_be_read() {
    let options = Options::new().durable().setting("log_statement = 'all'");
    let server = Server::start_own(options).await;
    assert_eq!(setting(&server, "SHOW fsync").await, "on");
    assert!(server.log().contains("SHOW fsync"), "{}", server.log());
}

#[tokio::test]
async fn passwords_and_encryption_are_asked_for() {
    let options = Options::new()
        .tls()
        .access("hostssl all all 127.0.0.1/32 scram-sha-256");
    let server = Server::start_own(options).await;
    let mut connection = server.connect().await;
    query("CREATE ROLE guest LOGIN PASSWORD 'secret'")
        .execute(&mut connection)
        .await
        .unwrap();
    let guest = || server.url().clone().user("guest", "secret");
    let plain = connect(&guest().with("sslmode=disable")).await;
    assert_eq!(code(plain), "28000");
    let stranger = server.url().clone().user("guest", "guessed");
    assert_eq!(code(connect(&stranger).await), "28P01");

    let untrusted = connect(&guest().with("sslmode=verify-full")).await;
    let error = untrusted.unwrap_err();
    assert!(matches!(error, Error::Tls(_) | Error::Io(_)), "{error:?}");
    let authority = format!("sslrootcert={}", server.authority().display());
    let trusted = guest().with("sslmode=verify-full").with(&authority);
    let mut connection = connect(&trusted).await.unwrap();
    let encrypted: bool = query_scalar("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(encrypted);
}

const FILL: &str = "INSERT INTO numbers SELECT generate_series(1, 1000000)";

#[tokio::test]
async fn a_full_disk_of_tables_is_an_error_and_the_server_lives() {
    let server = Server::start_own(Options::new().tables_on_small_disk(64)).await;
    let database = server.database().await;
    let mut connection = database.connect().await;
    query("CREATE TABLE numbers (number int)")
        .execute(&mut connection)
        .await
        .unwrap();
    let ballast = server.fill_disk();
    let full = query(FILL).execute(&mut connection).await;
    assert_eq!(code(full), "53100");
    drop(ballast);
    insert(&mut connection, 1).await;
    server.restart(Mode::Fast);
    let count: i64 = query_scalar("SELECT count(*) FROM numbers")
        .fetch_one(&mut database.connect().await)
        .await
        .unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_full_disk_of_everything_is_survived() {
    // So that the log of writes needs more of the disk at once.
    let options = Options::new()
        .data_on_small_disk(128)
        .setting("max_wal_size = 32MB");
    let server = Server::start_own(options).await;
    let mut connection = with_table(&server).await;
    insert(&mut connection, 1).await;
    let ballast = server.fill_disk();
    let failed = query(FILL).execute(&mut connection).await;
    println!("{}", failed.unwrap_err());
    drop(ballast);
    server.restart(Mode::Immediate);
    assert_eq!(numbers(&server).await, [1]);
}

/// The folder of the server at `url`, and its process.
fn place(url: &str) -> (PathBuf, String) {
    let socket = url.split(['@', ':']).nth(2).unwrap().replace("%2F", "/");
    let folder = Path::new(&socket);
    let process = std::fs::read_to_string(folder.join("pid")).unwrap();
    (
        folder.parent().unwrap().to_owned(),
        process.trim().to_owned(),
    )
}

#[tokio::test]
async fn a_server_goes_with_its_value() {
    let server = Server::start_own(Options::new()).await;
    let (folder, process) = place(&server.url().to_string());
    let killed = Server::start_own(Options::new()).await;
    let (killed_folder, _) = place(&killed.url().to_string());
    killed.kill();
    drop((server, killed));
    assert!(!runs(&process) && !folder.exists() && !killed_folder.exists());
}

#[test]
fn a_server_goes_with_a_process_that_is_killed() {
    let mut user = User::start(&["own"]);
    let (folder, process) = place(&user.url());
    assert!(runs(&process) && folder.exists());
    user.kill();
    wait_until("the folder is gone", || !folder.exists());
    assert!(!runs(&process));
}
