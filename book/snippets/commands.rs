//! Executing commands.

use pericarp::store::{MemoryStore, Store};
use pericarp::{
    Context, ExecuteError, Metadata, Payload, Pericarp, Principal, Root, Timestamp, Version,
};

use crate::Outcome;
use crate::account::{Account, AccountError, AccountId, Deposit, Open, Withdraw};

#[tokio::test]
async fn commands_are_executed() -> Outcome {
    // ANCHOR: execute
    let app = Pericarp::new(MemoryStore::new());
    let account = AccountId(1);
    app.execute(Open {
        account,
        owner: "Ann",
    })
    .await?;
    app.execute(Deposit {
        account,
        cents: 100,
    })
    .await?;
    let left = app.execute(Withdraw { account, cents: 70 }).await?;
    assert_eq!(left, 30);

    let Some(root) = app.load::<Account>(&account).await? else {
        return Err("the account was opened above".into());
    };
    assert_eq!((root.owner.as_str(), root.cents), ("Ann", 30));
    assert_eq!(Root::version(&root), Version::new(3));
    // ANCHOR_END: execute
    Ok(())
}

#[tokio::test]
async fn errors_are_typed() -> Outcome {
    let app = Pericarp::new(MemoryStore::new());
    let (ann, bob) = (AccountId(1), AccountId(2));
    let open = || Open {
        account: ann,
        owner: "Ann",
    };
    app.execute(open()).await?;

    // ANCHOR: errors
    let refused = app
        .execute(Withdraw {
            account: ann,
            cents: 5,
        })
        .await;
    assert!(matches!(
        refused,
        Err(ExecuteError::Refused(AccountError::Overdrawn {
            missing: 5
        }))
    ));

    let not_found = app
        .execute(Withdraw {
            account: bob,
            cents: 5,
        })
        .await;
    assert!(matches!(not_found, Err(ExecuteError::NotFound { .. })));

    let exists = app.execute(open()).await;
    assert!(matches!(exists, Err(ExecuteError::AlreadyExists { .. })));
    // ANCHOR_END: errors
    assert_eq!(
        exists.err().map(|error| error.code()),
        Some("command.already_exists")
    );
    assert_eq!(app.store().head().await?.get(), 1);
    Ok(())
}

#[tokio::test]
async fn a_context_is_stored_beside_the_events() -> Outcome {
    let app = Pericarp::new(MemoryStore::new());
    let account = AccountId(1);
    app.execute(Open {
        account,
        owner: "Ann",
    })
    .await?;

    // ANCHOR: context
    let context =
        Context::new(Timestamp::from_micros(1_700_000_000_000_000)).with_metadata(&Metadata {
            user_id: Some("ann".into()),
            correlation_id: Some("request-17".into()),
            ..Metadata::default()
        });
    let done = app
        .execute_with(&context, Deposit { account, cents: 5 })
        .await?;
    if let Some(committed) = done.committed {
        println!("commit {} is at position {}", committed.id, committed.first);
    }
    // ANCHOR_END: context

    // ANCHOR: payload
    let payload = Payload::new(Deposit { account, cents: 5 })
        .with_metadata(Metadata {
            correlation_id: Some("request-17".into()),
            ..Metadata::default()
        })
        .at(context.occurred_at())
        .by(Principal::new("ann"));
    let response = app.execute_payload(payload).await?;
    // ANCHOR_END: payload
    assert!(response.committed.is_some());

    let stream = pericarp::StreamName::new("account", account)?;
    let mut pages = app
        .store()
        .pages(pericarp::store::ReadStream::new(stream).backward().limit(1));
    let page = pages.next().await?.ok_or("there is an event")?;
    let last = page.last().ok_or("there is an event")?;
    assert_eq!(last.occurred_at, context.occurred_at());
    assert_eq!(
        last.metadata,
        r#"{"correlation_id":"request-17","user_id":"ann"}"#
    );
    Ok(())
}
