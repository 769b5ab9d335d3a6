//! The log in a SQLite file.

use std::time::Duration;

use pericarp::store::sqlite::{Durability, SqliteOptions, WhenFull};
use pericarp::store::{Limits, OpenError, SqliteStore, Store};
use pericarp::{Commit, CommitId, Context, Expected, Ids, Pericarp, RandomIds, StreamName};
use rusqlite::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::Outcome;
use crate::account::{Account, AccountId, Deposit, Deposited, Open};

#[tokio::test]
async fn a_log_is_opened_and_closed() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bank.db");
    // ANCHOR: open
    let store = SqliteStore::open(&path).await?;
    let app = Pericarp::new(store);
    app.execute(Open {
        account: AccountId(1),
        owner: "Ann",
    })
    .await?;
    app.store().close().await;
    // ANCHOR_END: open
    let wal = folder.path().join("bank.db-wal");
    assert!(path.exists() && !wal.exists());
    let store = SqliteStore::open(&path).await?;
    assert_eq!(store.head().await?.get(), 1);
    Ok(())
}

#[tokio::test]
async fn options_are_chosen() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bank.db");
    // ANCHOR: options
    let options = SqliteOptions::new(&path)
        .durability(Durability::Full)
        .queue(256, WhenFull::Reject)
        .readers(4)
        .busy_timeout(Duration::from_secs(1))
        .limits(Limits {
            max_events_per_commit: 100,
            ..Limits::default()
        });
    let store = SqliteStore::open_with(options).await?;
    // ANCHOR_END: options
    assert_eq!(store.options().path(), path);
    let none = SqliteOptions::new(&path).readers(0);
    assert!(matches!(
        SqliteStore::open_with(none).await,
        Err(OpenError::Option { .. })
    ));
    Ok(())
}

// ANCHOR: chain
/// An error and its causes, in one line.
fn explain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
// ANCHOR_END: chain

#[tokio::test]
async fn an_error_is_explained_by_its_causes() -> Outcome {
    let folder = tempfile::tempdir()?;
    let Err(error) = SqliteStore::open(folder.path()).await else {
        return Err("a folder was opened as a log".into());
    };
    assert_eq!(error.code(), "open.failed");
    assert!(explain(&error).contains("unable to open database file"));
    Ok(())
}

#[tokio::test]
async fn two_stores_share_a_file() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bank.db");
    let (one, other) = (
        Pericarp::new(SqliteStore::open(&path).await?),
        Pericarp::new(SqliteStore::open(&path).await?),
    );
    let account = AccountId(1);
    one.execute(Open {
        account,
        owner: "Ann",
    })
    .await?;
    for cents in 1..=10 {
        let (a, b) = tokio::join!(
            one.execute(Deposit { account, cents }),
            other.execute(Deposit { account, cents })
        );
        a?;
        b?;
    }
    let root = one.load::<Account>(&account).await?;
    assert_eq!(root.map(|root| root.cents), Some(110));
    Ok(())
}

#[tokio::test]
async fn a_backup_is_taken_while_the_store_is_open() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (path, copy) = (folder.path().join("bank.db"), folder.path().join("copy.db"));
    let app = Pericarp::new(SqliteStore::open(&path).await?);
    let account = AccountId(1);
    app.execute(Open {
        account,
        owner: "Ann",
    })
    .await?;
    app.execute(Deposit { account, cents: 5 }).await?;
    // ANCHOR: backup
    let client = Connection::open(&path)?;
    client.execute("VACUUM INTO ?1", [copy.display().to_string()])?;
    // ANCHOR_END: backup
    app.execute(Deposit { account, cents: 5 }).await?;

    let restored = Pericarp::new(SqliteStore::open(&copy).await?);
    assert_eq!(restored.store().head().await?.get(), 2);
    restored.execute(Deposit { account, cents: 7 }).await?;
    let root = restored.load::<Account>(&account).await?;
    assert_eq!(root.map(|root| root.cents), Some(12));
    Ok(())
}

#[tokio::test]
async fn an_append_and_a_row_of_your_own_are_one_transaction() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bank.db");
    let store = SqliteStore::open(&path).await?;
    // ANCHOR: transaction
    let options = SqliteConnectOptions::new().filename(&path);
    let pool = SqlitePool::connect_with(options).await?;
    sqlx::query("CREATE TABLE balances (account INTEGER PRIMARY KEY, cents INTEGER NOT NULL)")
        .execute(&pool)
        .await?;

    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    commit
        .to(StreamName::new("account", 1)?, Expected::NoStream)
        .event(&Deposited { cents: 5 }, &Context::default())?;

    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("INSERT INTO balances VALUES (1, 5)")
        .execute(&mut *transaction)
        .await?;
    let committed = store.append_in(&mut transaction, &commit).await?;
    transaction.commit().await?;
    store.announce(&committed);
    // ANCHOR_END: transaction
    assert_eq!(store.head().await?, committed.last);

    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("UPDATE balances SET cents = 10")
        .execute(&mut *transaction)
        .await?;
    let mut second = Commit::new(CommitId::new(RandomIds.next()));
    second
        .to(StreamName::new("account", 1)?, Expected::Any)
        .event(&Deposited { cents: 5 }, &Context::default())?;
    store.append_in(&mut transaction, &second).await?;
    transaction.rollback().await?;
    let cents: i64 = sqlx::query_scalar("SELECT cents FROM balances")
        .fetch_one(&pool)
        .await?;
    assert_eq!((cents, store.head().await?), (5, committed.last));
    Ok(())
}

#[tokio::test]
async fn the_writer_uses_wal_and_the_page_size_the_book_says() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bank.db");
    let _store = SqliteStore::open(&path).await?;
    let client = Connection::open(&path)?;
    let mode: String = client.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    let page: u32 = client.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    assert_eq!((mode.as_str(), page), ("wal", 4096));
    Ok(())
}
