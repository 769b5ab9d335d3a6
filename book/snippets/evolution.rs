//! Events that have changed since the first release.

use std::borrow::Cow;
use std::num::ParseIntError;

use pericarp::prelude::*;
use pericarp::store::{Filter, MemoryStore, ReadLog, Store};
use pericarp::testing::{Given, Stored};
use pericarp::{
    Commit, CommitId, DecodeEvent, EventType, Expected, Ids, NewEvent, Page, Pericarp, Position,
    RandomIds, RecordedEvent, StreamName, Timestamp, Version,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Outcome;

// ANCHOR: rename
#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened", alias("account.created"))]
struct Opened<'a> {
    #[serde(borrow)]
    owner: Cow<'a, str>,
    // Was not there at first.
    #[serde(default)]
    is_joint: bool,
}
// ANCHOR_END: rename

// ANCHOR: upcast
#[derive(Event, Serialize, Deserialize)]
#[event(
    name = "account.deposited",
    version = 3,
    upcast(1 => DepositedV1<'_>, 2 => DepositedV2)
)]
struct Deposited {
    cents: i64,
    currency: Currency,
}

/// `{"amount":"5.00"}`, until the second release.
#[derive(Deserialize)]
struct DepositedV1<'a> {
    #[serde(borrow)]
    amount: Cow<'a, str>,
}

/// `{"cents":500}`, until the third.
#[derive(Deserialize)]
struct DepositedV2 {
    cents: i64,
}

impl TryFrom<DepositedV1<'_>> for DepositedV2 {
    type Error = ParseIntError;

    fn try_from(old: DepositedV1<'_>) -> Result<Self, ParseIntError> {
        let cents = old.amount.replace('.', "").parse()?;
        Ok(DepositedV2 { cents })
    }
}

impl From<DepositedV2> for Deposited {
    fn from(old: DepositedV2) -> Self {
        Deposited {
            cents: old.cents,
            currency: Currency::Eur,
        }
    }
}
// ANCHOR_END: upcast

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Currency {
    Eur,
    Nok,
}

// ANCHOR: split
#[derive(Event, Serialize, Deserialize)]
#[event(name = "customer.renamed", split_from("customer.changed", 1 => CustomerChanged))]
struct Renamed {
    name: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "address.moved", split_from("customer.changed", 1 => CustomerChanged))]
struct Moved {
    city: String,
}

/// `{"name":"Ann Jones","city":"Oslo"}`, with whatever had changed.
#[derive(Deserialize)]
struct CustomerChanged {
    name: Option<String>,
    city: Option<String>,
}

impl From<CustomerChanged> for Option<Renamed> {
    fn from(old: CustomerChanged) -> Self {
        old.name.map(|name| Renamed { name })
    }
}

impl From<CustomerChanged> for Option<Moved> {
    fn from(old: CustomerChanged) -> Self {
        old.city.map(|city| Moved { city })
    }
}
// ANCHOR_END: split

// ANCHOR: dropped
#[derive(Aggregate)]
#[aggregate(
    category = "account",
    id = u32,
    created_by(Opened<'_>),
    events(Deposited, Renamed, Moved),
    dropped("account.flagged", "account.noted")
)]
struct Account {
    owner: String,
    city: Option<String>,
    cents: i64,
}
// ANCHOR_END: dropped

impl Create<Opened<'_>> for Account {
    fn create(event: Opened<'_>, _: &Meta<'_>) -> Self {
        let joint = if event.is_joint { " and others" } else { "" };
        Account {
            owner: format!("{}{joint}", event.owner),
            city: None,
            cents: 0,
        }
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        let rate = if event.currency == Currency::Nok {
            10
        } else {
            1
        };
        self.cents += event.cents / rate;
    }
}

impl Apply<Renamed> for Account {
    fn apply(&mut self, event: Renamed, _: &Meta<'_>) {
        self.owner = event.name;
    }
}

impl Apply<Moved> for Account {
    fn apply(&mut self, event: Moved, _: &Meta<'_>) {
        self.city = Some(event.city);
    }
}

#[derive(Command)]
#[command(aggregate = Account)]
struct Deposit {
    #[command(id)]
    account: u32,
    cents: i64,
}

impl Handle<Deposit> for Account {
    fn handle(account: &mut Root<Self>, command: &Deposit) -> Result<(), Self::Error> {
        account.emit(Deposited {
            cents: command.cents,
            currency: Currency::Nok,
        });
        Ok(())
    }
}

// ANCHOR: history
#[test]
fn an_account_of_the_first_release_is_what_it_was() {
    let history = (
        Stored::new("account.created", 1, r#"{"owner":"Ann Smith"}"#),
        Stored::new("account.deposited", 1, r#"{"amount":"5.00"}"#),
        Stored::new(
            "customer.changed",
            1,
            r#"{"name":"Ann Jones","city":"Oslo"}"#,
        ),
        Stored::new("account.flagged", 1, r#"{"by":7}"#),
        Stored::new("account.deposited", 2, r#"{"cents":250}"#),
    );
    Account::given(history)
        .when(Deposit {
            account: 1,
            cents: 100,
        })
        .then(Deposited {
            cents: 100,
            currency: Currency::Nok,
        })
        .and_state(|account| {
            assert_eq!(account.owner, "Ann Jones");
            assert_eq!(account.city.as_deref(), Some("Oslo"));
            assert_eq!(account.cents, 500 + 250 + 10);
        });
}
// ANCHOR_END: history

/// A store with events as older builds have written them.
async fn log(events: &[(&str, u32, &str)]) -> Result<MemoryStore, Box<dyn std::error::Error>> {
    let store = MemoryStore::new();
    let mut commit = Commit::new(CommitId::new(RandomIds.next()));
    let mut turn = commit.to(StreamName::new("account", 1)?, Expected::Any);
    for (name, schema_version, data) in events {
        turn = turn.raw(NewEvent {
            id: None,
            event_type: &EventType::parse(*name)?,
            schema_version: *schema_version,
            occurred_at: Timestamp::EPOCH,
            data,
            metadata: "{}",
        })?;
    }
    store.append(commit).await?;
    Ok(store)
}

const OPENED: (&str, u32, &str) = ("account.created", 1, r#"{"owner":"Ann"}"#);

#[tokio::test]
async fn a_step_that_fails_is_an_error_that_names_the_event() -> Outcome {
    let app =
        Pericarp::new(log(&[OPENED, ("account.deposited", 1, r#"{"amount":"much"}"#)]).await?);
    // ANCHOR: failing
    let error = app.load::<Account>(&1).await.err();
    assert_eq!(error.map(|error| error.code()), Some("event.upcast"));
    // ANCHOR_END: failing
    Ok(())
}

#[tokio::test]
async fn a_reader_of_one_part_gets_it() -> Outcome {
    let changed = r#"{"name":"Ann Jones","city":"Oslo"}"#;
    let store = log(&[
        ("customer.changed", 1, changed),
        ("address.moved", 1, r#"{"city":"Rome"}"#),
    ])
    .await?;
    // ANCHOR: one_part
    let filter = Filter::default().events::<Moved>();
    let mut cities = Vec::new();
    let mut pages = store.pages(ReadLog::all().filter(filter));
    while let Some(page) = pages.next().await? {
        for moved in page.decode::<Moved>() {
            cities.push(moved?.event.city);
        }
    }
    // ANCHOR_END: one_part
    assert_eq!(cities, ["Oslo", "Rome"]);
    Ok(())
}

// ANCHOR: enum_forms
#[derive(Event, Serialize, Deserialize)]
#[event(dropped("door.squeaked"))]
enum DoorEvent<'a> {
    #[event(
        name = "door.opened",
        version = 2,
        upcast(1 => OpenedV1),
        split_from("door.changed", 1 => DoorChanged)
    )]
    Opened { times: u32 },
    #[event(name = "door.painted", split_from("door.changed", 1 => DoorChanged))]
    Painted { colour: u8 },
    #[event(unknown, newer)]
    #[serde(skip)]
    Other(RecordedEvent<'a>),
}

#[derive(Deserialize)]
struct OpenedV1 {}

impl From<OpenedV1> for DoorEvent<'_> {
    fn from(_: OpenedV1) -> Self {
        DoorEvent::Opened { times: 1 }
    }
}

#[derive(Deserialize)]
struct DoorChanged {
    colours: Vec<u8>,
    opened: u32,
}

impl From<DoorChanged> for Vec<DoorEvent<'_>> {
    fn from(old: DoorChanged) -> Self {
        let painted = old
            .colours
            .into_iter()
            .map(|colour| DoorEvent::Painted { colour });
        let opened = (old.opened > 0).then_some(DoorEvent::Opened { times: old.opened });
        painted.chain(opened).collect()
    }
}
// ANCHOR_END: enum_forms

// ANCHOR: reader
/// What has happened to doors, as lines of text.
fn lines(page: &Page) -> Result<Vec<String>, pericarp::DecodeError> {
    let mut lines = Vec::new();
    for envelope in page.decode::<DoorEvent<'_>>() {
        lines.push(match envelope?.event {
            DoorEvent::Opened { times } => format!("opened {times} times"),
            DoorEvent::Painted { colour } => format!("painted in {colour}"),
            DoorEvent::Other(record) => format!("{} v{}", record.event_type, record.schema_version),
        });
    }
    Ok(lines)
}
// ANCHOR_END: reader

#[tokio::test]
async fn an_enum_reads_splits_drops_and_keeps() -> Outcome {
    let store = log(&[
        ("door.changed", 1, r#"{"colours":[1,2],"opened":3}"#),
        ("door.opened", 1, "{}"),
        ("door.squeaked", 1, "{}"),
        ("door.opened", 3, r#"{"from":"inside"}"#),
        ("door.slammed", 1, "{}"),
    ])
    .await?;
    let page = store.read(ReadLog::all().into(), Page::new()).await?;
    let expected = [
        "painted in 1",
        "painted in 2",
        "opened 3 times",
        "opened 1 times",
        "door.opened v3",
        "door.slammed v1",
    ];
    assert_eq!(lines(&page)?, expected);
    Ok(())
}

// ANCHOR: policies
#[derive(Aggregate, Default)]
#[aggregate(
    category = "account",
    id = u32,
    events(Deposited),
    unknown = skip,
    newer = skip
)]
struct Turnover {
    cents: i64,
}
// ANCHOR_END: policies

impl Apply<Deposited> for Turnover {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.cents;
    }
}

#[tokio::test]
async fn what_is_skipped_is_counted() -> Outcome {
    let events = [
        OPENED,
        ("account.deposited", 2, r#"{"cents":5}"#),
        ("account.deposited", 4, r#"{"money":[5,"EUR"]}"#),
    ];
    let app = Pericarp::new(log(&events).await?);
    // ANCHOR: skipped
    if let Some(turnover) = app.load::<Turnover>(&1).await? {
        let skipped = Root::skipped(&turnover);
        println!(
            "{} events are not known, {} are newer",
            skipped.unknown, skipped.newer
        );
    }
    // ANCHOR_END: skipped
    let turnover = app.load::<Turnover>(&1).await?.ok_or("it is there")?;
    assert_eq!(turnover.cents, 5);
    let skipped = Root::skipped(&turnover);
    assert_eq!((skipped.unknown, skipped.newer, skipped.dropped), (1, 1, 0));
    Ok(())
}

// ANCHOR: borrowed
#[derive(Event, Serialize, Deserialize)]
#[event(name = "message.received")]
struct Received<'a> {
    /// Any text: borrowed where JSON has not escaped it, else owned.
    #[serde(borrow)]
    text: Cow<'a, str>,
    /// A text that JSON never escapes.
    #[event(no_escapes)]
    currency: &'a str,
    /// JSON that is passed on, and not looked at.
    #[serde(borrow)]
    attachment: &'a RawValue,
    /// Borrowed while it is written, owned when it is read.
    #[event(owned)]
    sender: Cow<'a, str>,
}
// ANCHOR_END: borrowed

#[test]
fn each_field_borrows_what_it_says() -> Outcome {
    let attachment = RawValue::from_string(r#"{"any" : ["thing"]}"#.into())?;
    let received = |text: &'static str, currency: &'static str| {
        let event = Received {
            text: text.into(),
            currency,
            attachment: &attachment,
            sender: "Ann".into(),
        };
        let mut data = Vec::new();
        event.encode(&mut data).map(|()| data)
    };
    let data = String::from_utf8(received("two\nlines", "EUR")?)?;
    let record = RecordedEvent {
        id: uuid::Uuid::nil(),
        event_type: "message.received",
        schema_version: 1,
        stream: "message-1",
        version: Version::FIRST,
        position: Position::new(1),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::EPOCH,
        data: &data,
        metadata: "{}",
    };
    let read = Received::decode(&record)?.next().ok_or("it is one event")?;
    assert!(matches!(read.text, Cow::Owned(text) if text == "two\nlines"));
    assert_eq!(read.attachment.get(), r#"{"any" : ["thing"]}"#);
    assert!(matches!(read.sender, Cow::Owned(_)));
    assert!(
        data.as_bytes()
            .as_ptr_range()
            .contains(&read.currency.as_ptr())
    );
    // What `no_escapes` promises is held when the event is written.
    let code = received("", "\"").err().map(|error| error.code());
    assert_eq!(code, Some("event.encode"));
    Ok(())
}
