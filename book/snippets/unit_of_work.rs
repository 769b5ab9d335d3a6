//! Repositories, and several aggregates in one commit.

use pericarp::prelude::*;
use pericarp::store::{AppendError, Conflict, MemoryStore, Read, Store};
use pericarp::{CommitId, Ids, Pericarp, RandomIds, Repository, Retry, SaveError, Version};
use pericarp::{Expected, Page, StreamName, Timestamp};

use crate::Outcome;
use crate::account::{Account, AccountId, Deposit, Deposited, Open, Withdrawn};

#[tokio::test]
async fn a_transfer_is_one_commit() -> Outcome {
    let app = bank().await?;
    // ANCHOR: unit_of_work
    let accounts: Repository<Account, _> = app.repository();
    let loaded = accounts.load_many(&[AccountId(1), AccountId(2)]).await?;
    let [Some(mut from), Some(mut to)] = <[_; 2]>::try_from(loaded).unwrap_or_default() else {
        return Err("one of the accounts does not exist".into());
    };
    for root in [&mut from, &mut to] {
        Root::set_context(root, app.context());
    }
    from.emit(Withdrawn { cents: 40 });
    to.emit(Deposited { cents: 40 });

    let mut work = app.unit_of_work();
    work.add(&mut from).add(&mut to);
    let committed = work.commit().await?;
    assert_eq!(committed.streams.len(), 2);
    // ANCHOR_END: unit_of_work

    let stored = accounts.load(&AccountId(2)).await?;
    assert_eq!(stored.map(|root| root.cents), Some(140));
    assert_eq!(Root::uncommitted(&from), 0);
    Ok(())
}

#[tokio::test]
async fn a_loaded_root_emits_at_the_time_it_was_loaded() -> Outcome {
    let app = bank().await?;
    let accounts: Repository<Account, _> = app.repository();
    let mut root = accounts.load(&AccountId(1)).await?.ok_or("it exists")?;
    root.emit(Deposited { cents: 1 });
    let committed = accounts.save(&mut root).await?;
    let page = app
        .store()
        .read(Read::Commit(committed.id), Page::new())
        .await?;
    let event = page.first().ok_or("it is stored")?;
    assert!(event.occurred_at > Timestamp::EPOCH && event.occurred_at <= event.recorded_at);
    assert_eq!(event.metadata, "{}");
    Ok(())
}

#[tokio::test]
async fn a_key_makes_a_unit_of_work_idempotent() -> Outcome {
    let app = bank().await?;
    let accounts: Repository<Account, _> = app.repository();
    let mut heads = Vec::new();
    let key = RandomIds.next();
    for _ in 0..2 {
        let mut to = accounts.load(&AccountId(2)).await?.ok_or("it exists")?;
        to.emit(Deposited { cents: 40 });
        // ANCHOR: with_id
        let mut work = app.unit_of_work();
        work.with_id(CommitId::new(key)).add(&mut to);
        let committed = work.commit().await?;
        // ANCHOR_END: with_id
        heads.push((committed, app.store().head().await?));
    }
    assert_eq!(heads[0], heads[1]);
    Ok(())
}

#[tokio::test]
async fn the_slower_of_two_writers_gets_a_conflict() -> Outcome {
    let app = bank().await?;
    let accounts: Repository<Account, _> = app.repository();
    // ANCHOR: conflict
    let mut mine = accounts.load(&AccountId(1)).await?.ok_or("it exists")?;
    let mut theirs = accounts.load(&AccountId(1)).await?.ok_or("it exists")?;
    theirs.emit(Withdrawn { cents: 100 });
    accounts.save(&mut theirs).await?;

    mine.emit(Withdrawn { cents: 100 });
    let outcome = accounts.save(&mut mine).await;
    let Err(SaveError::Append(AppendError::Conflict(conflict))) = outcome else {
        return Err("both of them took the money".into());
    };
    assert_eq!(conflict.actual, Version::new(3));
    assert_eq!(Root::uncommitted(&mine), 1);
    // ANCHOR_END: conflict
    let stream = StreamName::new("account", 1)?;
    let expected = Expected::Version(Version::new(2));
    assert_eq!(conflict, Conflict::new(stream, expected, Version::new(3)));
    Ok(())
}

#[tokio::test]
async fn commands_that_conflict_are_decided_again() -> Outcome {
    // ANCHOR: retry
    let app = Pericarp::builder(MemoryStore::new())
        .retry(Retry {
            attempts: 5,
            ..Retry::default()
        })
        .build();
    // ANCHOR_END: retry
    let account = AccountId(1);
    app.execute(Open {
        account,
        owner: "Ann",
    })
    .await?;
    let mut deposits = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let app = app.clone();
        deposits.spawn(async move { app.execute(Deposit { account, cents: 1 }).await });
    }
    for outcome in deposits.join_all().await {
        outcome?;
    }
    let root = app.load::<Account>(&account).await?;
    assert_eq!(root.map(|root| root.cents), Some(20));
    Ok(())
}

/// Two accounts with 100 cents each.
async fn bank() -> Result<Pericarp<MemoryStore>, Box<dyn std::error::Error>> {
    let app = Pericarp::new(MemoryStore::new());
    for (account, owner) in [(AccountId(1), "Ann"), (AccountId(2), "Bob")] {
        app.execute(Open { account, owner }).await?;
        app.execute(Deposit {
            account,
            cents: 100,
        })
        .await?;
    }
    Ok(app)
}
