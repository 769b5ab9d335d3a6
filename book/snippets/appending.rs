//! The log by itself: commits.

use pericarp::store::{AppendError, MemoryStore, Store};
use pericarp::{
    Commit, CommitId, Context, EventType, Expected, Ids, NewEvent, RandomIds, StreamName,
    Timestamp, Version,
};

use crate::Outcome;
use crate::account::{Deposited, Opened};

#[tokio::test]
async fn a_commit_spans_streams() -> Outcome {
    // ANCHOR: commit
    let store = MemoryStore::new();
    let (ann, bob) = (
        StreamName::new("account", "ann")?,
        StreamName::new("account", "bob")?,
    );
    let context = Context::new(Timestamp::from_micros(1_700_000_000_000_000));

    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    commit
        .to(ann.clone(), Expected::NoStream)
        .event(&opened("Ann"), &context)?
        .event(&Deposited { cents: 100 }, &context)?;
    commit
        .to(bob, Expected::NoStream)
        .event(&opened("Bob"), &context)?;

    let committed = store.append(commit.clone()).await?;
    assert_eq!((committed.first.get(), committed.last.get()), (1, 3));
    assert_eq!(store.stream_version(&ann).await?, Version::new(2));
    // ANCHOR_END: commit

    // ANCHOR: replay
    let again = store.append(commit).await?;
    assert_eq!(again, committed);
    assert_eq!(store.head().await?, committed.last);
    // ANCHOR_END: replay
    Ok(())
}

#[tokio::test]
async fn a_commit_id_stands_for_its_content() -> Outcome {
    let store = MemoryStore::new();
    let ann = StreamName::new("account", "ann")?;
    let id = CommitId::new(RandomIds.next());
    let deposit = |cents, at| {
        let mut commit = Commit::new(id);
        commit
            .to(ann.clone(), Expected::Version(Version::NONE))
            .event(&Deposited { cents }, &Context::new(at))?;
        Ok::<_, pericarp::CommitError>(commit)
    };
    let first = store.append(deposit(5, Timestamp::EPOCH)?).await?;
    // Another time, and an expectation that no longer holds: the same commit.
    let retry = store.append(deposit(5, Timestamp::from_micros(1))?).await?;
    assert_eq!(retry, first);
    let other = store.append(deposit(6, Timestamp::EPOCH)?).await;
    assert!(matches!(other, Err(AppendError::CommitIdReused { .. })));
    Ok(())
}

#[tokio::test]
async fn ids_of_events_follow_from_the_id_of_the_commit() -> Outcome {
    // ANCHOR: event_ids
    let id = CommitId::new(RandomIds.next());
    assert_eq!(id.event_id(0), id.get());
    assert_eq!(id.event_id(1), id.event_id(1));
    assert_ne!(id.event_id(1), id.event_id(0));
    // ANCHOR_END: event_ids
    Ok(())
}

#[tokio::test]
async fn payloads_that_are_json_already_are_stored_as_they_are() -> Outcome {
    let store = MemoryStore::new();
    // ANCHOR: raw
    let imported = EventType::from_static("legacy.imported");
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    commit
        .to(StreamName::new("legacy", 1)?, Expected::Any)
        .raw(NewEvent {
            id: None,
            event_type: &imported,
            schema_version: 1,
            occurred_at: Timestamp::EPOCH,
            data: r#"{ "amount": 1.00, "amount": 1e400 }"#,
            metadata: "{}",
        })?;
    store.append(commit).await?;
    // ANCHOR_END: raw
    let mut pages = store.pages(pericarp::store::ReadLog::all());
    let page = pages.next().await?.ok_or("there is an event")?;
    let data = page.first().map(|event| event.data);
    assert_eq!(data, Some(r#"{ "amount": 1.00, "amount": 1e400 }"#));
    Ok(())
}

#[tokio::test]
async fn a_turn_without_events_is_a_check() -> Outcome {
    let store = MemoryStore::new();
    // ANCHOR: check
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    commit.to(StreamName::new("owner", "ann")?, Expected::Exists);
    commit
        .to(StreamName::new("account", 1)?, Expected::NoStream)
        .event(&opened("Ann"), &Context::default())?;
    let outcome = store.append(commit).await;
    assert!(matches!(outcome, Err(AppendError::Conflict(_))));
    // ANCHOR_END: check

    // A commit of checks alone stores nothing, and is checked all the same.
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    commit.to(StreamName::new("owner", "ann")?, Expected::Exists);
    let outcome = store.append(commit).await;
    assert!(matches!(outcome, Err(AppendError::Conflict(_))));
    Ok(())
}

fn opened(owner: &str) -> Opened<'_> {
    Opened {
        owner: owner.into(),
    }
}
