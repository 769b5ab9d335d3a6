use pericarp_tests::postgres::{Server, Url};
use sqlx::{Connection, Executor, PgConnection, query_scalar};

async fn exists(sql: &'static str, name: &str) -> bool {
    let mut connection = Server::shared().connect().await;
    let found = query_scalar(sql).bind(name).fetch_one(&mut connection);
    found.await.unwrap()
}

#[tokio::test]
async fn a_database_is_new_and_goes_with_its_value_whoever_is_connected() {
    const EXISTS: &str = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
    let database = Server::shared().database().await;
    let other = Server::shared().database().await;
    assert_ne!(database.name(), other.name());
    let mut connection = database.connect().await;
    let name: String = query_scalar("SELECT current_database()::text")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(name, database.name());
    assert!(exists(EXISTS, &name).await);
    drop(database);
    assert!(!exists(EXISTS, &name).await);
    connection.ping().await.unwrap_err();
    assert!(exists(EXISTS, other.name()).await);
}

#[tokio::test]
async fn a_schema_is_new_and_holds_what_is_created() {
    const EXISTS: &str = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";
    let schema = Server::shared().schema().await;
    let other = Server::shared().schema().await;
    for schema in [&schema, &other] {
        let pool = schema.pool(2).await;
        sqlx::query("CREATE TABLE things AS SELECT current_schema()::text AS name")
            .execute(&pool)
            .await
            .unwrap();
        let name: String = query_scalar("SELECT name FROM things")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(name, schema.name());
    }
    let name = schema.name().to_owned();
    drop(schema);
    assert!(!exists(EXISTS, &name).await);
    assert!(exists(EXISTS, other.name()).await);
}

#[tokio::test]
async fn a_schema_goes_with_its_value_whoever_has_used_it() {
    const EXISTS: &str = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";
    let schema = Server::shared().schema().await;
    let mut connection = schema.connect().await;
    let begin = "CREATE TABLE things (); BEGIN; INSERT INTO things DEFAULT VALUES";
    connection.execute(begin).await.unwrap();
    let name = schema.name().to_owned();
    drop(schema);
    assert!(!exists(EXISTS, &name).await);
    connection.ping().await.unwrap_err();
}

/// What is dropped in a panic, on a runtime that can do nothing meanwhile, is dropped.
#[test]
fn a_database_goes_with_a_test_that_panics() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let test = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let database = Server::shared().database().await;
            sender.send(database.url().clone()).unwrap();
            panic!("as meant");
        });
    });
    test.join().unwrap_err();
    let url = receiver.recv().unwrap().to_string();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(PgConnection::connect(&url)).unwrap_err();
    let code = error.as_database_error().unwrap().code().unwrap();
    assert_eq!(code, "3D000", "{error}");
}

/// Databases order text in many ways.
#[tokio::test]
async fn a_database_can_have_a_collation_of_its_own() {
    let database = Server::shared()
        .database_with("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
        .await;
    let mut connection = database.connect().await;
    let sorted: bool = query_scalar("SELECT 'a' < 'B'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(sorted);
}

#[test]
fn urls_exchange_their_parts() {
    let check = |url: Url, expected: &str| assert_eq!(url.to_string(), expected);
    let full = || Url::parse("postgresql://me:p%40ss@db.example:5433/one?sslmode=disable");
    check(
        full(),
        "postgres://me:p%40ss@db.example:5433/one?sslmode=disable",
    );
    check(
        full().database("two").with("options=-cjit%3Doff"),
        "postgres://me:p%40ss@db.example:5433/two?sslmode=disable&options=-cjit%3Doff",
    );
    check(
        full().at("127.0.0.1:1").user("you", "secret"),
        "postgres://you:secret@127.0.0.1:1/one?sslmode=disable",
    );
    let socket = || Url::parse("postgres:///?host=/run/postgresql&port=5432");
    check(socket(), "postgres:///?host=/run/postgresql&port=5432");
    check(
        socket().at("127.0.0.1:1").database("one"),
        "postgres://127.0.0.1:1/one",
    );
}
