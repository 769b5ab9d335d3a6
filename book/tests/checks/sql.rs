//! SQL that a page shows runs on a log.

use pericarp::store::{PostgresStore, SqliteStore, Store};
use pericarp::{Commit, CommitId, EventType, Expected, Ids, NewEvent, RandomIds, StreamName};
use pericarp::{Metadata, Timestamp};
use pericarp_tests::postgres::Server;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection};
use sqlx::{AssertSqlSafe, Executor};

use crate::pages::{book, page, read};

/// The page whose SQL is for another database.
const POSTGRES_PAGE: &str = "postgres.md";

/// The file that a block shows, if it shows one.
fn shown(code: &str) -> Option<String> {
    let file = code.trim().strip_prefix("{{#include ../../")?;
    Some(read(file.strip_suffix("}}")?))
}

#[tokio::test]
async fn every_block_of_sql_runs_on_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = SqliteStore::open(&path).await.unwrap();
    fill(&store).await;
    let log = Connection::open(&path).unwrap();

    let (mut count, mut sound) = (0, 0);
    for page in book() {
        for block in page.blocks() {
            if block.language != "sql" || page.name() == POSTGRES_PAGE {
                continue;
            }
            count += 1;
            let rows = if let Some(schema) = shown(&block.code) {
                let empty = Connection::open_in_memory().unwrap();
                run(&empty, &schema)
            } else {
                run(&log, &block.code)
            };
            let rows = rows.unwrap_or_else(|error| {
                panic!("{}: {error}:\n{}", page.name(), block.code);
            });
            if block.before.to_lowercase().contains("no rows") {
                assert_eq!(rows, 0, "{}: rows from\n{}", page.name(), block.code);
                sound += 1;
            }
        }
    }
    assert!(
        count > 10 && sound == 3,
        "{count} blocks, {sound} of them without rows"
    );
}

#[tokio::test]
async fn every_block_of_sql_for_postgresql_runs_on_a_log() {
    let database = Server::shared().database().await;
    let store = PostgresStore::open(&database.url().to_string())
        .await
        .unwrap();
    fill(&store).await;
    let (mut log, mut sound) = (database.connect().await, 0);
    // Roles are of the whole server, which others use.
    let role = format!("bank_{}", RandomIds.next().simple());
    let role_is = |what| AssertSqlSafe(format!("{what} ROLE {role}"));
    log.execute(role_is("CREATE")).await.unwrap();
    for block in page(POSTGRES_PAGE).blocks() {
        if block.language != "sql" {
            continue;
        }
        let rows = if let Some(schema) = shown(&block.code) {
            let schema = format!(
                "CREATE SCHEMA IF NOT EXISTS shown;{}",
                schema.replace("@schema@", "shown")
            );
            log.fetch_all(AssertSqlSafe(schema)).await
        } else {
            let code = block.code.replace("TO bank", &format!("TO {role}"));
            log.fetch_all(AssertSqlSafe(code)).await
        };
        let rows = rows.unwrap_or_else(|error| panic!("{error}:\n{}", block.code));
        if block.before.to_lowercase().contains("no rows") {
            assert!(rows.is_empty(), "rows from\n{}", block.code);
            sound += 1;
        } else if block.code.contains("pericarp_streams AS s") {
            assert!(!rows.is_empty(), "no rows from\n{}", block.code);
        }
    }
    assert_eq!(sound, 1);
    let disown = AssertSqlSafe(format!("DROP OWNED BY {role}"));
    log.execute(disown).await.unwrap();
    log.execute(role_is("DROP")).await.unwrap();
}

#[tokio::test]
async fn the_page_on_the_storage_format_names_every_table_column_and_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let log = Connection::open(&path).unwrap();

    let page = page("storage-format.md");
    let mut shown = Vec::new();
    let mut table = None;
    for line in page.prose() {
        if line.starts_with("## ") {
            table = line
                .strip_prefix("## `")
                .and_then(|name| name.strip_suffix('`'));
        }
        let column = line
            .strip_prefix("| `")
            .and_then(|row| row.split('`').next());
        if let (Some(table), Some(column)) = (table, column) {
            shown.push((table.to_owned(), column.to_owned()));
        }
    }
    let mut columns = log
        .prepare(
            "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
             WHERE t.type = 'table' ORDER BY t.name, c.cid",
        )
        .unwrap();
    let mut there: Vec<(String, String)> = columns
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    shown.sort();
    there.sort();
    assert_eq!(shown, there);

    let version: i64 = log
        .query_row("SELECT max(version) FROM pericarp_schema", [], |row| {
            row.get(0)
        })
        .unwrap();
    let steps = page.text.matches("sqlite/migrations/").count();
    assert_eq!(
        version, steps as i64,
        "the page includes every step of the schema"
    );
}

/// Runs every statement to its end, and says how many rows came.
fn run(connection: &Connection, sql: &str) -> rusqlite::Result<usize> {
    let mut count = 0;
    let mut batch = Batch::new(connection, sql);
    while let Some(mut statement) = batch.next()? {
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {
            count += 1;
        }
    }
    Ok(count)
}

async fn fill(store: &impl Store) {
    let types = ["account.opened", "account.deposited", "account.deposited"];
    let metadata = Metadata {
        correlation_id: Some("request-17".into()),
        user_id: Some("ann".into()),
        ..Metadata::default()
    };
    for key in [41, 42] {
        let mut commit = Commit::new(CommitId::new(RandomIds.next()));
        let mut turn = commit.to(StreamName::new("account", key).unwrap(), Expected::NoStream);
        for name in types {
            let event_type = EventType::from_static(name);
            turn = turn
                .raw(NewEvent {
                    id: None,
                    event_type: &event_type,
                    schema_version: 1,
                    occurred_at: Timestamp::EPOCH,
                    data: r#"{"cents":5}"#,
                    metadata: &metadata.to_json(),
                })
                .unwrap();
        }
        store.append(commit).await.unwrap();
    }
}
