//! A network that counts, cuts, holds back and delays.

use std::future::Future;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use pericarp_tests::postgres::{Database, Options, Server, Url};
use pericarp_tests::proxy::{Counts, Proxy, When};
use sqlx::{Connection, Error, Executor, PgConnection, query, query_scalar};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A database with a table, a proxy before it, and a client behind that.
struct Setting {
    database: Database,
    proxy: Proxy,
    client: PgConnection,
}

impl Setting {
    async fn new() -> Self {
        let database = Server::shared().database().await;
        let mut direct = database.connect().await;
        direct
            .execute("CREATE TABLE numbers (number int)")
            .await
            .unwrap();
        let proxy = Proxy::start(database.url()).await;
        let client = connect(proxy.url()).await.unwrap();
        proxy.reset();
        Self {
            database,
            proxy,
            client,
        }
    }

    async fn numbers(&self) -> Vec<i32> {
        let mut direct = self.database.connect().await;
        let numbers = query_scalar("SELECT number FROM numbers ORDER BY number");
        numbers.fetch_all(&mut direct).await.unwrap()
    }

    async fn reconnect(&mut self) {
        self.client = connect(self.proxy.url()).await.unwrap();
    }
}

async fn connect(url: &Url) -> Result<PgConnection, Error> {
    PgConnection::connect(&url.to_string()).await
}

async fn insert(client: &mut PgConnection, number: i32) -> Result<(), Error> {
    let statement = query("INSERT INTO numbers VALUES ($1)").bind(number);
    statement.execute(client).await.map(drop)
}

#[track_caller]
fn is_cut(outcome: Result<(), Error>) {
    assert!(matches!(outcome, Err(Error::Io(_))), "{outcome:?}");
}

/// Whether `future` waits although all else that can happen has happened: a bystander was answered.
async fn waits<F: Future + Unpin>(future: &mut F, database: &Database) -> bool {
    tokio::select! {
        biased;
        _ = future => false,
        _ = async { database.connect().await.ping().await.unwrap() } => true,
    }
}

#[tokio::test]
async fn what_passes_is_counted() {
    let mut setting = Setting::new().await;
    let (proxy, client) = (&setting.proxy, &mut setting.client);
    insert(client, 1).await.unwrap();
    let first = proxy.counts();
    assert_eq!((first.parses, first.statements()), (1, 1), "{first:?}");

    proxy.reset();
    insert(client, 2).await.unwrap();
    let again = proxy.counts();
    let expected = Counts {
        binds: 1,
        executes: 1,
        syncs: 1,
        ..Counts::default()
    };
    assert_eq!(again, expected);
    assert_eq!((again.statements(), again.round_trips()), (1, 1));

    proxy.reset();
    let mut transaction = client.begin().await.unwrap();
    insert(&mut transaction, 3).await.unwrap();
    transaction.commit().await.unwrap();
    let insert = "INSERT INTO numbers VALUES ($1)";
    assert_eq!(proxy.statements(), ["BEGIN", insert, "COMMIT"]);
    assert_eq!(
        (proxy.counts().queries, proxy.counts().round_trips()),
        (2, 3)
    );

    connect(proxy.url()).await.unwrap();
    assert_eq!(proxy.counts().connections, 1);
}

#[tokio::test]
async fn the_last_words_of_a_server_arrive() {
    let mut setting = Setting::new().await;
    drop(setting.database);
    match insert(&mut setting.client, 1).await {
        // admin_shutdown
        Err(Error::Database(error)) => assert_eq!(error.code().unwrap(), "57P01"),
        outcome => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn what_is_large_passes_whole() {
    let mut setting = Setting::new().await;
    let text = "x".repeat(5 << 20);
    let back: String = query_scalar("SELECT $1::text")
        .bind(&text)
        .fetch_one(&mut setting.client)
        .await
        .unwrap();
    assert!(back == text);
}

#[tokio::test]
async fn connections_are_cut_and_new_ones_are_not() {
    let mut setting = Setting::new().await;
    setting.proxy.cut();
    is_cut(setting.client.ping().await);
    setting.reconnect().await;
    insert(&mut setting.client, 1).await.unwrap();
}

#[tokio::test]
async fn new_connections_are_refused_and_old_ones_are_not() {
    let mut setting = Setting::new().await;
    setting.proxy.refuse().await;
    match connect(setting.proxy.url()).await {
        Err(Error::Io(error)) => assert_eq!(error.kind(), ErrorKind::ConnectionRefused),
        outcome => panic!("{outcome:?}"),
    }
    insert(&mut setting.client, 1).await.unwrap();
    setting.proxy.accept().await;
    setting.reconnect().await;
    insert(&mut setting.client, 2).await.unwrap();
}

#[tokio::test]
async fn a_statement_is_cut_off_before_the_server_sees_it() {
    let mut setting = Setting::new().await;
    let fault = setting.proxy.cut_before(When::statement(2));
    insert(&mut setting.client, 1).await.unwrap();
    is_cut(insert(&mut setting.client, 2).await);
    fault.struck().await;
    assert_eq!(setting.numbers().await, [1]);

    setting.reconnect().await;
    let fault = setting.proxy.cut_before(When::sql("COMMIT"));
    let mut transaction = setting.client.begin().await.unwrap();
    insert(&mut transaction, 3).await.unwrap();
    is_cut(transaction.commit().await);
    fault.struck().await;
    assert_eq!(setting.numbers().await, [1]);
}

#[tokio::test]
async fn an_answer_is_cut_off_and_what_was_committed_is() {
    let mut setting = Setting::new().await;
    let fault = setting.proxy.cut_after(When::sql("INSERT").nth(2));
    insert(&mut setting.client, 1).await.unwrap();
    setting.client.ping().await.unwrap();
    is_cut(insert(&mut setting.client, 2).await);
    fault.struck().await;
    assert_eq!(setting.numbers().await, [1, 2]);

    setting.reconnect().await;
    let fault = setting.proxy.cut_after(When::sql("COMMIT"));
    let mut transaction = setting.client.begin().await.unwrap();
    insert(&mut transaction, 3).await.unwrap();
    is_cut(transaction.commit().await);
    fault.struck().await;
    assert_eq!(setting.numbers().await, [1, 2, 3]);
}

#[tokio::test]
async fn an_answer_is_held_back() {
    let mut setting = Setting::new().await;
    let fault = setting.proxy.hold_after(When::sql("INSERT"));
    let mut client = connect(setting.proxy.url()).await.unwrap();
    let mut insertion = Box::pin(insert(&mut client, 1));
    tokio::select! {
        outcome = &mut insertion => panic!("{outcome:?}"),
        () = fault.struck() => {}
    }
    assert_eq!(setting.numbers().await, [1]);
    assert!(waits(&mut insertion, &setting.database).await);
    setting.proxy.release();
    insertion.await.unwrap();
    insert(&mut setting.client, 2).await.unwrap();
}

#[tokio::test]
async fn a_statement_is_held_back() {
    let setting = Setting::new().await;
    let fault = setting.proxy.hold_before(When::sql("INSERT"));
    let mut client = connect(setting.proxy.url()).await.unwrap();
    let mut insertion = Box::pin(insert(&mut client, 1));
    tokio::select! {
        outcome = &mut insertion => panic!("{outcome:?}"),
        () = fault.struck() => {}
    }
    assert!(waits(&mut insertion, &setting.database).await);
    assert!(setting.numbers().await.is_empty());
    setting.proxy.release();
    insertion.await.unwrap();
    assert_eq!(setting.numbers().await, [1]);
}

#[tokio::test]
async fn nothing_passes_a_black_hole_until_it_is_released() {
    let mut setting = Setting::new().await;
    setting.proxy.hold();
    let url = setting.proxy.url().clone();
    {
        let mut connecting = Box::pin(connect(&url));
        let mut insertion = Box::pin(insert(&mut setting.client, 1));
        assert!(waits(&mut connecting, &setting.database).await);
        assert!(waits(&mut insertion, &setting.database).await);
        setting.proxy.release();
        connecting.await.unwrap();
        insertion.await.unwrap();
    }
    // Cut in a black hole: nothing arrives later.
    setting.proxy.hold();
    {
        let mut insertion = Box::pin(insert(&mut setting.client, 2));
        assert!(waits(&mut insertion, &setting.database).await);
        setting.proxy.cut();
        is_cut(insertion.await);
    }
    setting.proxy.release();
    assert_eq!(setting.numbers().await, [1]);
}

#[tokio::test]
async fn answers_are_delayed() {
    let mut setting = Setting::new().await;
    let delay = Duration::from_millis(50);
    setting.proxy.delay(delay);
    let asked = Instant::now();
    setting.client.ping().await.unwrap();
    assert!(asked.elapsed() >= delay);
}

#[tokio::test]
async fn a_server_that_is_gone_is_noticed_and_one_that_is_back_is_found() {
    let server = Server::start_own(Options::new()).await;
    let proxy = Proxy::start(server.url()).await;
    let mut client = connect(proxy.url()).await.unwrap();
    server.kill();
    client.ping().await.unwrap_err();
    connect(proxy.url()).await.unwrap_err();
    server.start();
    connect(proxy.url()).await.unwrap().ping().await.unwrap();
}

/// Reads messages until one of this kind, and returns its content.
async fn message(stream: &mut TcpStream, kind: u8) -> Vec<u8> {
    loop {
        let found = stream.read_u8().await.unwrap();
        let length = stream.read_u32().await.unwrap();
        let mut content = vec![0; length as usize - 4];
        stream.read_exact(&mut content).await.unwrap();
        if found == kind {
            return content;
        }
    }
}

async fn send(stream: &mut TcpStream, kind: &[u8], content: &[u8]) {
    let length = u32::try_from(content.len() + 4).unwrap().to_be_bytes();
    let bytes = [kind, &length, content].concat();
    stream.write_all(&bytes).await.unwrap();
}

#[tokio::test]
async fn a_request_to_cancel_arrives() {
    let setting = Setting::new().await;
    let url = setting.proxy.url().to_string();
    let address = url.split(['@', '/']).nth(3).unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    let startup = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0";
    send(&mut client, b"", startup).await;
    let key = message(&mut client, b'K').await;
    message(&mut client, b'Z').await;
    let fault = setting.proxy.hold_before(When::sql("pg_sleep"));
    send(&mut client, b"Q", b"SELECT pg_sleep(600)\0").await;
    fault.struck().await;
    setting.proxy.release();

    // It is ignored as long as the statement has not begun.
    let mut cancels = 0;
    let mut error = Box::pin(message(&mut client, b'E'));
    let error = loop {
        let mut canceller = TcpStream::connect(address).await.unwrap();
        let code = 80_877_102_u32.to_be_bytes();
        send(&mut canceller, b"", &[&code[..], &key].concat()).await;
        canceller.read_to_end(&mut Vec::new()).await.unwrap();
        cancels += 1;
        tokio::select! {
            biased;
            error = &mut error => break error,
            _ = setting.numbers() => {}
        }
    };
    let error = String::from_utf8_lossy(&error).into_owned();
    // query_canceled
    assert!(error.contains("C57014\0"), "{error}");
    assert_eq!(setting.proxy.counts().cancels, cancels);
}

#[tokio::test]
async fn encryption_is_declined_or_passed_on() {
    let server = Server::start_own(Options::new().tls()).await;
    let proxy = Proxy::start(server.url()).await;
    let insists = proxy.url().clone().with("sslmode=require");
    connect(&insists).await.unwrap_err();
    connect(proxy.url()).await.unwrap();
    assert_eq!(proxy.counts().connections, 1);

    proxy.pass_encryption();
    let authority = format!("sslrootcert={}", server.authority().display());
    let verifies = proxy
        .url()
        .clone()
        .with("sslmode=verify-full")
        .with(&authority);
    let mut client = connect(&verifies).await.unwrap();
    client.ping().await.unwrap();
    proxy.cut();
    is_cut(client.ping().await);
    // A server without a certificate declines by itself.
    let plain = Setting::new().await;
    plain.proxy.pass_encryption();
    let mut client = connect(plain.proxy.url()).await.unwrap();
    insert(&mut client, 1).await.unwrap();
    assert_eq!(
        plain.proxy.statements(),
        ["INSERT INTO numbers VALUES ($1)"]
    );
}
