//! The log in a PostgreSQL database.

use std::time::Duration;

use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{Durability, Limits, OpenError, PostgresStore, ReadLog, Store, WhenFull};
use pericarp::{Commit, Context, Expected, Pericarp, StreamName};
use pericarp_tests::postgres::Server;

use crate::Outcome;
use crate::account::{Account, AccountId, Deposited, Open};

#[tokio::test]
async fn a_log_is_opened_and_closed() -> Outcome {
    let database = Server::shared().database().await;
    let url = &database.url().to_string();
    // ANCHOR: open
    // Such as "postgres://bank:secret@db.example/bank?sslmode=verify-full".
    let store = PostgresStore::open(url).await?;
    let app = Pericarp::new(store);
    app.execute(Open {
        account: AccountId(1),
        owner: "Ann",
    })
    .await?;
    app.store().close().await;
    // ANCHOR_END: open
    let app = Pericarp::new(PostgresStore::open(url).await?);
    assert!(app.load::<Account>(&AccountId(1)).await?.is_some());
    assert_eq!(app.store().head().await?.get(), 1);
    Ok(())
}

#[tokio::test]
async fn options_are_chosen() -> Outcome {
    let database = Server::shared().database().await;
    let url = &database.url().to_string();
    // ANCHOR: options
    let options = PostgresOptions::parse(url)?
        .schema("ledger")
        .durability(Durability::Full)
        .queue(256, WhenFull::Reject)
        .max_connections(20)
        .query_timeout(Some(Duration::from_secs(5)))
        .limits(Limits {
            max_events_per_commit: 100,
            ..Limits::default()
        });
    let store = PostgresStore::open_with(options).await?;
    // ANCHOR_END: options
    assert!(store.options().place().ends_with(", schema ledger"));
    let none = PostgresOptions::parse(url)?.max_connections(0);
    assert!(matches!(
        PostgresStore::open_with(none).await,
        Err(OpenError::Option { .. })
    ));
    Ok(())
}

#[tokio::test]
async fn a_transaction_is_begun_where_nobody_drops_it() -> Outcome {
    let database = Server::shared().database().await;
    let pool = database.pool(1).await;
    // ANCHOR: begin
    let begun = tokio::spawn({
        let pool = pool.clone();
        async move { pool.begin().await }
    });
    let transaction = begun.await??;
    // ANCHOR_END: begin
    transaction.commit().await?;
    Ok(())
}

#[tokio::test]
async fn an_append_is_part_of_a_transaction() -> Outcome {
    let database = Server::shared().database().await;
    let store = PostgresStore::open(&database.url().to_string()).await?;
    let mut connection = database.connect().await;
    sqlx::query("CREATE TABLE invoices (id integer, paid boolean)")
        .execute(&mut connection)
        .await?;
    sqlx::query("INSERT INTO invoices VALUES (7, false)")
        .execute(&mut connection)
        .await?;
    for keep in [false, true] {
        let id = Pericarp::new(store.clone()).next_commit_id();
        // ANCHOR: transaction
        let mut transaction = sqlx::Connection::begin(&mut connection).await?;
        sqlx::query("UPDATE invoices SET paid = true WHERE id = 7")
            .execute(&mut *transaction)
            .await?;
        let mut commit = Commit::new(id);
        commit
            .to(StreamName::new("account", 1)?, Expected::Any)
            .event(&Deposited { cents: 500 }, &Context::default())?;
        let committed = store.append_in(&mut transaction, &commit).await?;
        // ANCHOR_END: transaction
        if keep {
            // ANCHOR: transaction_end
            transaction.commit().await?;
            store.announce(&committed);
            // ANCHOR_END: transaction_end
        } else {
            transaction.rollback().await?;
        }
        let paid: bool = sqlx::query_scalar("SELECT paid FROM invoices")
            .fetch_one(&mut connection)
            .await?;
        let stored = store.pages(ReadLog::all()).next().await?.is_some();
        assert_eq!((paid, stored), (keep, keep));
    }
    Ok(())
}
