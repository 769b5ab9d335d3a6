//! The log by itself: commits.

// ANCHOR: uses
use std::borrow::Cow;

use pericarp::store::{AppendError, MemoryStore, Store};
use pericarp::{
    Commit, CommitId, Context, EventType, Expected, Ids, NewEvent, RandomIds, StreamName,
    Timestamp, Version,
};
// ANCHOR_END: uses

use pericarp::Page;
use pericarp::store::ReadLog;

use crate::Outcome;
use crate::account::{Deposited, Opened};

/// The blocks of the page, in its order.
#[tokio::test]
async fn a_commit_spans_streams_and_is_known_by_its_id() -> Outcome {
    // ANCHOR: commit
    let store = MemoryStore::new();
    let (ann, bob) = (
        StreamName::new("account", "ann")?,
        StreamName::new("account", "bob")?,
    );
    let context = Context::new(Timestamp::from_micros(1_700_000_000_000_000));

    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let opened = |owner| Opened {
        owner: Cow::Borrowed(owner),
    };
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

    // ANCHOR: check
    let mut second = Commit::new(CommitId::new(RandomIds.next()));
    second.to(StreamName::new("owner", "ann")?, Expected::Exists);
    second
        .to(StreamName::new("account", "ann-2")?, Expected::NoStream)
        .event(&opened("Ann"), &context)?;
    let outcome = store.append(second).await;
    assert!(matches!(outcome, Err(AppendError::Conflict(_))));
    // ANCHOR_END: check
    assert_eq!(store.head().await?, committed.last);

    // ANCHOR: raw
    let imported = EventType::from_static("legacy.imported");
    let data = r#"{ "amount": 1.00, "amount": 1e400 }"#;
    let mut import = Commit::new(CommitId::new(RandomIds.next()));
    import
        .to(StreamName::new("legacy", 1)?, Expected::Any)
        .raw(NewEvent {
            id: None,
            event_type: &imported,
            schema_version: 1,
            occurred_at: Timestamp::EPOCH,
            data,
            metadata: "{}",
        })?;
    store.append(import).await?;
    // ANCHOR_END: raw
    let last = ReadLog::all().backward().limit(1);
    let page = store.read(last.into(), Page::new()).await?;
    assert_eq!(page.first().map(|event| event.data), Some(data));

    // ANCHOR: event_ids
    let id = CommitId::new(RandomIds.next());
    assert_eq!(id.event_id(0), id.get());
    assert_eq!(id.event_id(1), id.event_id(1));
    assert_ne!(id.event_id(1), id.event_id(0));
    // ANCHOR_END: event_ids

    // ANCHOR: replay
    let again = store.append(commit).await?;
    assert_eq!(again, committed);
    // ANCHOR_END: replay
    assert_eq!(store.head().await?, committed.last.next());
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

/// A commit of checks alone stores nothing, and is checked all the same.
#[tokio::test]
async fn a_commit_may_be_a_check_alone() -> Outcome {
    let store = MemoryStore::new();
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    commit.to(StreamName::new("owner", "ann")?, Expected::Exists);
    let outcome = store.append(commit).await;
    assert!(matches!(outcome, Err(AppendError::Conflict(_))));
    Ok(())
}
