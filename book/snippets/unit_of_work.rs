//! Repositories, and several aggregates in one commit.

use pericarp::prelude::*;
use pericarp::store::{AppendError, Conflict, MemoryStore, Read, Store};
use pericarp::testing::{Fault, Faulty};
use pericarp::{Commit, Expected, Page, Position, StreamName, Timestamp, decide};
use pericarp::{CommitId, DecideError, Pericarp, Repository, Retry, SaveError, Version};

use crate::Outcome;
use crate::account::{
    Account, AccountError, AccountId, Deposit, Deposited, Open, Withdraw, Withdrawn,
};

// ANCHOR: transfer
/// Moves money from one account to another, and says how much is left.
async fn transfer(
    app: &Pericarp<impl Store>,
    withdraw: &Withdraw,
    deposit: &Deposit,
) -> Result<i64, Box<dyn std::error::Error>> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let context = app.context();
        let mut from = app.load::<Account>(&withdraw.account).await?;
        let mut to = app.load::<Account>(&deposit.account).await?;
        let left = decide(&mut from, withdraw, &context)?;
        decide(&mut to, deposit, &context)?;

        let mut work = app.unit_of_work();
        work.add(&mut from).add(&mut to);
        match work.commit().await {
            Ok(_) => return Ok(left),
            // Somebody else was faster: load again and decide again.
            Err(SaveError::Append(AppendError::Conflict(_))) if attempts < 5 => {}
            Err(error) => return Err(error.into()),
        }
    }
}
// ANCHOR_END: transfer

#[tokio::test]
async fn a_transfer_is_decided_again_after_a_conflict() -> Outcome {
    let app = Pericarp::new(Faulty::new(MemoryStore::new()));
    open_two(&app).await?;
    let mut faster = Commit::new(app.next_commit_id());
    faster
        .to(StreamName::new("account", 1)?, Expected::Any)
        .event(&Deposited { cents: 5 }, &app.context())?;
    app.store().plan(Fault::Overtake(faster));
    let left = transfer(&app, &withdraw(1, 40), &deposit(2, 40)).await?;
    assert_eq!(left, 65);
    let to = app.load::<Account>(&AccountId(2)).await?;
    assert_eq!(to.map(|root| root.cents), Some(140));
    Ok(())
}

#[tokio::test]
async fn a_transfer_that_cannot_be_stores_nothing() -> Outcome {
    let app = bank().await?;
    let before = app.store().head().await?;

    let refused = transfer(&app, &withdraw(1, 400), &deposit(2, 400)).await;
    let error = refused.err().ok_or("there is not enough money")?;
    let overdrawn = AccountError::Overdrawn { missing: 300 };
    assert_eq!(error.downcast_ref(), Some(&DecideError::Refused(overdrawn)));

    let nobody = transfer(&app, &withdraw(1, 40), &deposit(3, 40)).await;
    let error = nobody.err().ok_or("there is no such account")?;
    assert!(error.to_string().contains("account-3"));
    let existence = error.downcast_ref::<DecideError<AccountError>>();
    assert!(matches!(existence, Some(DecideError::Existence { .. })));

    let same = transfer(&app, &withdraw(1, 40), &deposit(1, 40)).await;
    let error = same.err().ok_or("an account was loaded twice")?;
    let code = error.downcast_ref::<SaveError>().map(SaveError::code);
    assert_eq!(code, Some("commit.same_stream_twice"));

    assert_eq!(app.store().head().await?, before);
    Ok(())
}

#[tokio::test]
async fn a_command_is_decided_by_its_own_aggregate() -> Outcome {
    let app = bank().await?;
    let mut root = app.load::<Account>(&AccountId(1)).await?;
    let wrong = decide(&mut root, &deposit(2, 40), &app.context());
    let error = wrong.err().ok_or("the root is another account")?;
    assert_eq!(error.code(), "command.wrong_aggregate");
    assert!(matches!(error, DecideError::WrongAggregate { .. }));
    Ok(())
}

#[tokio::test]
async fn a_unit_of_work_without_events_stores_nothing() -> Outcome {
    let app = bank().await?;
    let mut root = app.load::<Account>(&AccountId(1)).await?;
    let mut work = app.unit_of_work();
    work.add(&mut root);
    let committed = work.commit().await?;
    assert!(committed.is_empty());
    assert_eq!(committed.first, Position::START);
    Ok(())
}

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

// ANCHOR: once
/// Withdraws once, however often the request comes, and says where in the log that is.
async fn withdraw_once(
    app: &Pericarp<impl Store>,
    request: &str,
    withdraw: &Withdraw,
) -> Result<Position, Box<dyn std::error::Error>> {
    let id = CommitId::of_key(request);
    let mut account = app.load::<Account>(&withdraw.account).await?;
    // Looked for after loading: if it is not there, the account was loaded without it.
    let page = app.store().read(Read::Commit(id), Page::new()).await?;
    if let Some(event) = page.first() {
        return Ok(event.position);
    }
    decide(&mut account, withdraw, &app.context())?;

    let mut work = app.unit_of_work();
    work.with_id(id).add(&mut account);
    Ok(work.commit().await?.first)
}
// ANCHOR_END: once

#[tokio::test]
async fn a_request_that_comes_again_gets_the_first_answer() -> Outcome {
    let app = bank().await?;
    // The second time the account could not afford it.
    let first = withdraw_once(&app, "request-17", &withdraw(1, 70)).await?;
    let head = app.store().head().await?;
    let again = withdraw_once(&app, "request-17", &withdraw(1, 70)).await?;
    assert_eq!((again, app.store().head().await?), (first, head));
    let other = withdraw_once(&app, "request-18", &withdraw(1, 70)).await;
    assert!(other.is_err());
    Ok(())
}

#[tokio::test]
async fn a_commit_that_is_repeated_gets_the_first_answer() -> Outcome {
    let app = bank().await?;
    let mut heads = Vec::new();
    for _ in 0..2 {
        let mut root = app.load::<Account>(&AccountId(2)).await?;
        decide(&mut root, &deposit(2, 40), &app.context())?;
        let mut work = app.unit_of_work();
        work.with_id(CommitId::of_key("request-17")).add(&mut root);
        heads.push((work.commit().await?, app.store().head().await?));
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
    open_two(&app).await?;
    Ok(app)
}

async fn open_two(app: &Pericarp<impl Store>) -> Outcome {
    for (account, owner) in [(AccountId(1), "Ann"), (AccountId(2), "Bob")] {
        app.execute(Open { account, owner }).await?;
        app.execute(Deposit {
            account,
            cents: 100,
        })
        .await?;
    }
    Ok(())
}

const fn withdraw(account: u32, cents: i64) -> Withdraw {
    let account = AccountId(account);
    Withdraw { account, cents }
}

const fn deposit(account: u32, cents: i64) -> Deposit {
    let account = AccountId(account);
    Deposit { account, cents }
}
