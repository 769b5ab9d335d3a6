//! The log by itself: pages.

// ANCHOR: uses
use std::ops::ControlFlow;

use pericarp::prelude::*;
use pericarp::store::{Filter, Read, ReadError, ReadLog, ReadStream, Visit};
use pericarp::{DecodeEvent, Page, Position, RecordedEvent};
use serde::{Deserialize, Serialize};
// ANCHOR_END: uses

use std::borrow::Cow;

use pericarp::store::{MemoryStore, Store};
use pericarp::{
    Commit, CommitId, Context, Expected, Ids, Pericarp, RandomIds, StreamName, Timestamp, Version,
};

use crate::Outcome;
use crate::account::{AccountId, Deposit, Deposited, Open, Withdraw, Withdrawn};

#[tokio::test]
async fn the_log_is_read_in_pages() -> Outcome {
    let app = bank().await?;
    let store = app.store();
    // ANCHOR: pages
    let mut balance = 0;
    let mut pages = store.pages(ReadLog::all().limit(256));
    while let Some(page) = pages.next().await? {
        for record in page.events() {
            for event in Deposited::decode(&record)? {
                balance += event.cents;
            }
            for event in Withdrawn::decode(&record)? {
                balance -= event.cents;
            }
        }
    }
    // ANCHOR_END: pages
    assert_eq!(balance, 2 * (100 - 30));
    Ok(())
}

#[tokio::test]
async fn filters_let_some_through() -> Outcome {
    let app = bank().await?;
    let store = app.store();
    // ANCHOR: filter
    let filter = Filter::default()
        .category("account")
        .events::<Deposited>()
        .since(Timestamp::EPOCH);
    let mut pages = store.pages(ReadLog::all().filter(filter));
    while let Some(page) = pages.next().await? {
        for envelope in page.decode::<Deposited>() {
            let envelope = envelope?;
            println!("{} got {}", envelope.stream, envelope.event.cents);
        }
    }
    // ANCHOR_END: filter
    let filter = Filter::default()
        .events::<Deposited>()
        .events::<Withdrawn>()
        .stream(StreamName::new("account", 2)?);
    let page = store
        .read(Read::Log(ReadLog::all().filter(filter)), Page::new())
        .await?;
    assert_eq!(page.len(), 2);
    let unfiltered = store.read(ReadLog::all().into(), page).await?;
    assert!(unfiltered.decode::<Deposited>().any(|event| event.is_err()));
    Ok(())
}

// ANCHOR: cursor
/// Handles everything after `cursor`, and says how far it came.
async fn catch_up(
    store: &impl Store,
    mut cursor: Position,
    seen: &mut Vec<Position>,
) -> Result<Position, ReadError> {
    let mut pages = store.pages(ReadLog::all().after(cursor));
    while let Some(page) = pages.next().await? {
        for event in page.events() {
            seen.push(event.position);
            cursor = event.position;
        }
    }
    Ok(cursor)
}
// ANCHOR_END: cursor

#[tokio::test]
async fn a_cursor_is_a_complete_feed() -> Outcome {
    let app = bank().await?;
    let mut seen = Vec::new();
    let cursor = catch_up(app.store(), Position::START, &mut seen).await?;
    app.execute(Deposit {
        account: AccountId(1),
        cents: 5,
    })
    .await?;
    let cursor = catch_up(app.store(), cursor, &mut seen).await?;
    assert_eq!(cursor, app.store().head().await?);
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted());
    Ok(())
}

// ANCHOR: follow
/// Handles every event there is and will be, until the store is closed.
async fn follow(store: &impl Store, seen: &mut Vec<Position>) -> Result<(), ReadError> {
    let mut cursor = Position::START;
    loop {
        cursor = catch_up(store, cursor, seen).await?;
        match store.wait_past(cursor).await {
            Ok(_) => {}
            Err(ReadError::Closed) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
// ANCHOR_END: follow

#[tokio::test]
async fn a_follower_sees_what_comes_later() -> Outcome {
    let app = bank().await?;
    let mut seen = Vec::new();
    let deposits = async {
        for cents in 1..=20 {
            let account = AccountId(cents % 2 + 1);
            app.execute(Deposit {
                account,
                cents: cents.into(),
            })
            .await?;
            tokio::task::yield_now().await;
        }
        app.store().close().await;
        Outcome::Ok(())
    };
    let (followed, deposited) = tokio::join!(follow(app.store(), &mut seen), deposits);
    deposited?;
    followed?;
    assert_eq!(seen.len(), 26);
    assert!(seen.is_sorted());
    Ok(())
}

#[tokio::test]
async fn streams_events_and_commits_are_looked_up() -> Outcome {
    let store = MemoryStore::new();
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let ann = StreamName::new("account", "ann")?;
    let context = Context::default();
    commit
        .to(ann.clone(), Expected::Any)
        .event(&Deposited { cents: 1 }, &context)?
        .event(&Deposited { cents: 2 }, &context)?;
    let committed = store.append(commit).await?;
    // ANCHOR: lookups
    let newest = ReadStream::new(ann.clone()).backward().limit(1);
    let page = store.read(newest.into(), Page::new()).await?;
    assert_eq!(
        page.first().map(|event| event.version),
        Some(Version::new(2))
    );

    let page = store.read(Read::Commit(committed.id), page).await?;
    assert_eq!(
        page.first().map(|event| event.position),
        Some(committed.first)
    );

    let second = committed.id.event_id(1);
    let page = store.read(Read::Event(second), page).await?;
    assert_eq!(page.len(), 1);

    let nobody = StreamName::new("account", "nobody")?;
    assert_eq!(store.stream_version(&nobody).await?, Version::NONE);
    // ANCHOR_END: lookups
    Ok(())
}

// ANCHOR: visit
/// The largest deposit of a stream.
#[derive(Default)]
struct Largest {
    cents: i64,
}

impl Visit for Largest {
    fn visit(&mut self, record: &RecordedEvent<'_>) -> ControlFlow<()> {
        match Deposited::decode(record) {
            Ok(events) => {
                let cents = events.map(|event| event.cents);
                self.cents = cents.fold(self.cents, i64::max);
            }
            Err(_) => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }
}

async fn largest(store: &impl Store, stream: StreamName) -> Result<i64, ReadError> {
    let visitor = store
        .visit(ReadStream::new(stream), Largest::default())
        .await?;
    Ok(visitor.cents)
}
// ANCHOR_END: visit

#[tokio::test]
async fn a_visitor_goes_through_a_stream() -> Outcome {
    let app = bank().await?;
    let stream = StreamName::new("account", 1)?;
    assert_eq!(largest(app.store(), stream).await?, 100);
    Ok(())
}

// ANCHOR: borrowed
#[derive(Event, Serialize, Deserialize)]
#[event(name = "note.taken")]
struct Taken<'a> {
    #[event(no_escapes)]
    text: &'a str,
}

fn longest(page: &Page) -> Result<&str, pericarp::DecodeError> {
    let mut longest = "";
    for envelope in page.decode::<Taken<'_>>() {
        let text = envelope?.event.text;
        if text.len() > longest.len() {
            longest = text;
        }
    }
    Ok(longest)
}
// ANCHOR_END: borrowed

#[tokio::test]
async fn a_payload_may_borrow_from_the_page() -> Outcome {
    let store = MemoryStore::new();
    let context = Context::default();
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let quoted = TakenAsCow {
        text: r#"a "quote""#.into(),
    };
    commit
        .to(StreamName::new("note", 1)?, Expected::Any)
        .event(&Taken { text: "one" }, &context)?
        .event(&Taken { text: "three" }, &context)?
        .event(&quoted, &context)?;
    store.append(commit).await?;
    let two = ReadLog::all().limit(2);
    let page = store.read(two.into(), Page::new()).await?;
    assert_eq!(longest(&page)?, "three");
    // A `&str` cannot borrow a text that is escaped in the payload, so it is not written.
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let text = r#"a "quote""#;
    let turn = commit.to(StreamName::new("note", 1)?, Expected::Any);
    let code = turn
        .event(&Taken { text }, &context)
        .err()
        .map(|e| e.code());
    assert_eq!(code, Some("event.encode"));
    // Another type has written one; a `Cow` can hold it.
    let all = store.read(ReadLog::all().into(), page).await?;
    assert!(longest(&all).is_err());
    // So nobody can load the aggregate any more, until the field is changed.
    let app = Pericarp::new(store);
    let outcome = app.load::<Note>(&1).await;
    let code = outcome.err().map(|error| error.code());
    assert_eq!(code, Some("event.payload"));
    for taken in all.decode::<TakenAsCow<'_>>() {
        taken?;
    }
    assert!(all.decode::<TakenAsString>().all(|taken| taken.is_ok()));
    Ok(())
}

#[derive(Aggregate, Default)]
#[aggregate(category = "note", id = u32, events(Taken<'_>))]
struct Note {
    length: usize,
}

impl Apply<Taken<'_>> for Note {
    fn apply(&mut self, event: Taken<'_>, _: &Meta<'_>) {
        self.length += event.text.len();
    }
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "note.taken")]
struct TakenAsCow<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "note.taken")]
struct TakenAsString {
    text: String,
}

/// Two accounts with three events each.
async fn bank() -> Result<Pericarp<MemoryStore>, Box<dyn std::error::Error>> {
    let app = Pericarp::new(MemoryStore::new());
    for (account, owner) in [(AccountId(1), "Ann"), (AccountId(2), "Bob")] {
        app.execute(Open { account, owner }).await?;
        app.execute(Deposit {
            account,
            cents: 100,
        })
        .await?;
        app.execute(Withdraw { account, cents: 30 }).await?;
    }
    Ok(app)
}
