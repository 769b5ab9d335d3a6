use std::borrow::Cow;

use pericarp::{
    Aggregate, Apply, Command, Create, DecodeError, DecodeEvent, DecodeReason, Event, FoldError,
    Handle, Meta, New, Position, RecordedEvent, ReplayError, Root, Timestamp, Version, replay,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(
    name = "account.opened",
    version = 2,
    alias("account.created", "account.born")
)]
struct Opened<'a> {
    #[serde(borrow)]
    owner: Cow<'a, str>,
    #[event(no_escapes)]
    r#type: &'a str,
}

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(name = "account.deposited")]
struct Deposited(i64);

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(name = "account.moved")]
struct Moved(i64, String);

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(name = "account.closed")]
struct Closed;

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(name = "account.noted")]
struct Noted<T, U: Copy = u8, const N: usize = 2>
where
    T: Clone,
{
    note: T,
    rating: U,
}

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
enum DoorEvent<'a, T> {
    #[event(name = "door.opened", version = 3, alias("door.unlocked"))]
    Opened {
        #[serde(borrow)]
        opened_by: Cow<'a, str>,
        #[serde(rename = "with", default)]
        key: Option<u8>,
    },
    #[event(name = "door.painted")]
    #[serde(rename = "coloured")]
    Painted(T),
    #[event(name = "door.closed")]
    r#Closed,
}

fn record<'a>(event_type: &'a str, schema_version: u32, data: &'a str) -> RecordedEvent<'a> {
    RecordedEvent {
        id: Uuid::nil(),
        event_type,
        schema_version,
        stream: "account-1",
        version: Version::FIRST,
        position: Position::default(),
        ordinal: 0,
        occurred_at: Timestamp::EPOCH,
        recorded_at: Timestamp::EPOCH,
        data,
        metadata: "{}",
    }
}

fn payload(event: &impl Event) -> String {
    let mut out = Vec::new();
    event.encode(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Encodes an event into the payload expected, and decodes that under each of its names.
macro_rules! check {
    ($ty:ty, $event:expr, $json:literal) => {{
        let event: $ty = $event;
        assert_eq!(payload(&event), $json);
        let kind = event.kind();
        for name in [kind.name].iter().chain(kind.aliases) {
            let record = record(name, kind.version, $json);
            assert_eq!(
                <$ty>::decode(&record).unwrap().collect::<Vec<_>>(),
                std::slice::from_ref(&event),
                "{name}"
            );
        }
        assert!(
            !<$ty>::decode(&record("account.unheard_of", 1, $json))
                .unwrap()
                .is_known()
        );
    }};
}

#[test]
fn a_struct_of_each_shape_is_read_as_it_was_written() {
    check!(
        Opened<'_>,
        Opened {
            owner: "Ann".into(),
            r#type: "giro"
        },
        r#"{"owner":"Ann","type":"giro"}"#
    );
    check!(Deposited, Deposited(5), "5");
    check!(Moved, Moved(5, "Bob".into()), r#"[5,"Bob"]"#);
    check!(Closed, Closed, "{}");
    check!(
        Noted<String>,
        Noted {
            note: "hm".into(),
            rating: 3
        },
        r#"{"note":"hm","rating":3}"#
    );
    check!(
        Noted<Vec<u8>, bool, 7>,
        Noted {
            note: vec![1],
            rating: true
        },
        r#"{"note":[1],"rating":true}"#
    );
}

#[test]
fn a_variant_of_each_shape_is_stored_as_its_content() {
    check!(
        DoorEvent<'_, u8>,
        DoorEvent::Opened {
            opened_by: "Ann".into(),
            key: Some(1)
        },
        r#"{"openedBy":"Ann","with":1}"#
    );
    check!(DoorEvent<'_, u8>, DoorEvent::Painted(7), "7");
    check!(DoorEvent<'_, Vec<u8>>, DoorEvent::Painted(vec![7]), "[7]");
    check!(DoorEvent<'_, u8>, DoorEvent::r#Closed, "{}");
}

#[test]
fn kinds_are_what_the_attributes_say() {
    let kinds: Vec<_> = DoorEvent::<u8>::KINDS
        .iter()
        .map(|kind| (kind.name, kind.version, kind.aliases))
        .collect();
    assert_eq!(
        kinds,
        [
            ("door.opened", 3, &["door.unlocked"][..]),
            ("door.painted", 1, &[]),
            ("door.closed", 1, &[]),
        ]
    );
    assert_eq!(AccountEvent::KINDS.len(), 2 + 3);
    assert_eq!(
        Opened::KINDS[0].aliases,
        ["account.created", "account.born"]
    );
}

#[test]
fn borrowed_fields_point_into_the_stored_bytes() {
    let data = String::from(r#"{"owner":"Ann","type":"giro"}"#);
    let opened = Opened::decode(&record("account.opened", 2, &data))
        .unwrap()
        .next()
        .unwrap();
    assert!(
        data.as_bytes()
            .as_ptr_range()
            .contains(&opened.r#type.as_ptr())
    );
    assert!(matches!(opened.owner, Cow::Borrowed(_)));

    let data = String::from(r#"{"openedBy":"Ann"}"#);
    let event = DoorEvent::<u8>::decode(&record("door.opened", 3, &data))
        .unwrap()
        .next()
        .unwrap();
    assert!(matches!(
        event,
        DoorEvent::Opened {
            opened_by: Cow::Borrowed("Ann"),
            key: None
        }
    ));
}

#[test]
fn an_event_without_fields_may_have_had_some() {
    let data = r#"{"reason":"moved away"}"#;
    assert_eq!(
        Closed::decode(&record("account.closed", 1, data))
            .unwrap()
            .next(),
        Some(Closed)
    );
    let closed = DoorEvent::<u8>::decode(&record("door.closed", 1, data)).unwrap();
    assert_eq!(closed.collect::<Vec<_>>(), [DoorEvent::r#Closed]);
}

#[test]
fn another_schema_version_is_an_error_that_says_which() {
    let check = |error: DecodeError, stored: u32, supported: u32| {
        assert_eq!(error.code(), "event.unknown_version");
        let DecodeReason::UnknownVersion {
            stored: s,
            newest: p,
            ..
        } = error.reason
        else {
            panic!("{error}");
        };
        assert_eq!((s, p), (stored, supported));
    };
    check(
        Opened::decode(&record("account.opened", 3, "{}")).unwrap_err(),
        3,
        2,
    );
    check(
        Opened::decode(&record("account.born", 1, "{}")).unwrap_err(),
        1,
        2,
    );
    check(
        Closed::decode(&record("account.closed", 2, "{}")).unwrap_err(),
        2,
        1,
    );
    check(
        DoorEvent::<u8>::decode(&record("door.opened", 1, "{}")).unwrap_err(),
        1,
        3,
    );
    check(
        AccountEvent::decode(&record("account.opened", 3, "{}"))
            .err()
            .unwrap(),
        3,
        2,
    );
}

#[test]
fn a_payload_that_does_not_fit_is_an_error_that_says_where() {
    for (name, version, data) in [
        ("account.opened", 2, r#"{"owner":"Ann"}"#),
        ("account.deposited", 1, r#""five""#),
        ("door.opened", 3, r#"{"openedBy":"Ann","colour":"red"}"#),
        ("door.painted", 1, "7 8"),
        ("door.closed", 1, "{"),
    ] {
        let error = AccountEvent::decode(&record(name, version, data))
            .err()
            .unwrap();
        assert_eq!((error.code(), &*error.event_type), ("event.payload", name));
    }
}

#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(
    category = "account",
    id = u64,
    error = Refused,
    created_by(Opened<'_>),
    events(Deposited, DoorEvent<'_, u8>),
    enum_name = AccountEvent
)]
struct Account {
    owner: String,
    cents: i64,
    door_open: bool,
}

#[derive(Debug, PartialEq)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

impl Create<Opened<'_>> for Account {
    fn create(event: Opened<'_>, _: &Meta<'_>) -> Self {
        Account {
            owner: event.owner.into(),
            cents: 0,
            door_open: false,
        }
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.0;
    }
}

impl Apply<DoorEvent<'_, u8>> for Account {
    fn apply(&mut self, event: DoorEvent<'_, u8>, _: &Meta<'_>) {
        self.door_open = matches!(event, DoorEvent::Opened { .. });
    }
}

#[derive(Aggregate, Clone, Copy, Debug, Default, PartialEq)]
#[aggregate(category = "door", id = String, event = DoorEvent<'_, u8>)]
enum Door {
    #[default]
    Shut,
    Open,
}

impl Apply<DoorEvent<'_, u8>> for Door {
    fn apply(&mut self, event: DoorEvent<'_, u8>, _: &Meta<'_>) {
        match event {
            DoorEvent::Opened { .. } => *self = Door::Open,
            DoorEvent::Painted(_) => {}
            DoorEvent::r#Closed => *self = Door::Shut,
        }
    }
}

#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(category = "tally", id = u64, created_by(Deposited), events(Deposited))]
struct Tally(i64);

impl Create<Deposited> for Tally {
    fn create(event: Deposited, _: &Meta<'_>) -> Self {
        Tally(event.0 * 100)
    }
}

impl Apply<Deposited> for Tally {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.0 += event.0;
    }
}

fn folded<A: Aggregate>(records: &[RecordedEvent<'_>]) -> Result<Option<A>, ReplayError> {
    let mut state = None;
    for record in records {
        replay::<A>(&mut state, record)?;
    }
    Ok(state)
}

const OPENED: &str = r#"{"owner":"Ann","type":"giro"}"#;

#[test]
fn a_stream_is_folded_into_its_aggregate() {
    let account = folded::<Account>(&[
        record("account.created", 2, OPENED),
        record("account.deposited", 1, "5"),
        record("door.unlocked", 3, r#"{"openedBy":"Ann"}"#),
    ]);
    let expected = Account {
        owner: "Ann".into(),
        cents: 5,
        door_open: true,
    };
    assert_eq!(account.unwrap(), Some(expected));

    let door = folded::<Door>(&[record("door.opened", 3, r#"{"openedBy":"Ann"}"#)]);
    assert_eq!(door.unwrap(), Some(Door::Open));
    assert_eq!(folded::<Door>(&[]).unwrap(), None);

    let twice = [
        record("account.deposited", 1, "1"),
        record("account.deposited", 1, "2"),
    ];
    assert_eq!(folded::<Tally>(&twice).unwrap(), Some(Tally(102)));
}

#[test]
fn an_event_that_does_not_fit_the_state_is_an_error() {
    let check =
        |records: &[RecordedEvent<'_>], expected: FoldError| match folded::<Account>(records) {
            Err(ReplayError::Fold { source, .. }) => assert_eq!(source, expected),
            other => panic!("{other:?}"),
        };
    check(
        &[record("account.deposited", 1, "5")],
        FoldError::NotCreated,
    );
    let opened = record("account.opened", 2, OPENED);
    check(&[opened, opened], FoldError::AlreadyCreated);

    let unknown = folded::<Account>(&[record("account.frozen", 1, "{}")]);
    assert_eq!(unknown.unwrap_err().code(), "event.unknown_type");
}

#[test]
fn the_sum_type_is_built_from_each_event_and_writes_it() {
    let event = AccountEvent::from(Opened {
        owner: "Ann".into(),
        r#type: "giro",
    });
    assert_eq!(
        (event.kind().name, &*payload(&event)),
        ("account.opened", OPENED)
    );
    let event: AccountEvent<'_> = DoorEvent::Painted(7).into();
    assert_eq!(
        (event.kind().name, &*payload(&event)),
        ("door.painted", "7")
    );
}

#[derive(Command)]
#[command(aggregate = Account, creates)]
struct Open<'a> {
    #[command(id)]
    r#as: u64,
    owner: &'a str,
}

impl Handle<Open<'_>> for Account {
    fn handle(account: New<'_, Self>, command: &Open<'_>) -> Result<(), Refused> {
        if command.owner.is_empty() {
            return Err(Refused);
        }
        account.create(Opened {
            owner: command.owner.into(),
            r#type: "giro",
        });
        Ok(())
    }
}

#[derive(Command)]
#[command(aggregate = Account, returns = i64, must_exist)]
struct Deposit<T: Copy + Into<i64> + Sync>(T, #[command(id)] u64);

impl<T: Copy + Into<i64> + Sync> Handle<Deposit<T>> for Account {
    fn handle(account: &mut Root<Self>, command: &Deposit<T>) -> Result<i64, Refused> {
        account.emit(Deposited(command.0.into()));
        Ok(account.cents)
    }
}

#[derive(Command)]
#[command(aggregate = Door)]
struct Shut {
    #[command(id)]
    door: String,
}

impl Handle<Shut> for Door {
    fn handle(door: &mut Root<Self>, _: &Shut) -> Result<(), Self::Error> {
        door.emit(DoorEvent::r#Closed);
        Ok(())
    }
}

#[test]
fn commands_know_their_aggregate_and_reach_its_handler() {
    fn mode<C: Command>() -> &'static str {
        std::any::type_name::<C::Mode>()
            .rsplit("::")
            .next()
            .unwrap()
    }
    assert_eq!(mode::<Open<'_>>(), "Creates");
    assert_eq!(mode::<Deposit<u8>>(), "MustExist");
    assert_eq!(mode::<Shut>(), "Changes");

    assert_eq!(
        *Open {
            r#as: 4,
            owner: "Ann"
        }
        .id(),
        4
    );
    let state = Account {
        owner: "Ann".into(),
        cents: 1,
        door_open: false,
    };
    let mut account = Root::new(3, state, Version::FIRST);
    let deposit = Deposit(2u8, 3);
    assert_eq!(deposit.id(), Root::id(&account));
    assert_eq!(deposit.handle_listed(&mut account), Ok(3));

    let mut door = Root::<Door>::empty("front".into());
    Shut {
        door: "front".into(),
    }
    .handle_listed(&mut door)
    .unwrap();
    assert_eq!(Root::uncommitted(&door), 1);
}
