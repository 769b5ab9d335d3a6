//! A history of all versions, replayed by the build that knows the last.

use pericarp::store::{Filter, ReadLog};
use pericarp::{
    DecodeEvent, DecodeReason, Event, Page, Pericarp, Root, StreamName, Unread, Version, replay,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::domain::{Account, Country, Deposited, Moved, Opened, Renamed, steps};
use super::{Stored, append, record};
use crate::on_every_store::on_every_store;

/// What releases of old have stored; this file never changes.
const FROZEN: &str = include_str!("../../fixtures/evolution/account.jsonl");

#[derive(Deserialize)]
struct Line<'a> {
    r#type: &'a str,
    version: u32,
    #[serde(borrow)]
    data: &'a RawValue,
}

fn frozen() -> Vec<Stored<'static>> {
    let lines = FROZEN.lines().map(|line| {
        let line: Line<'static> = serde_json::from_str(line).unwrap();
        (line.r#type, line.version, line.data.get())
    });
    lines.collect()
}

fn account_of_today() -> Account {
    Account {
        owner: r#"Ann "AJ" Jones"#.into(),
        cents: 775,
        log: vec![
            "renamed at 3".into(),
            "moved to Rome at 6".into(),
            "renamed at 6".into(),
            "moved to Oslo at 10".into(),
        ],
    }
}

#[test]
fn only_the_steps_that_are_needed_run() {
    let expected: &[&[&str]] = &[
        &["opened 1 to 2", "opened 2 to 3"],
        &["deposited 1 to 2", "deposited 2 to 3"],
        // Each of the two reads its own copy; the order is that of the aggregate's list.
        &[
            "changed 1 to 2",
            "changed to moved",
            "changed 1 to 2",
            "changed to renamed",
        ],
        &[],
        &["deposited 2 to 3"],
        &["changed to moved", "changed to renamed"],
        &["changed to moved", "changed to renamed"],
        &[],
        &[],
        &["changed to moved", "changed to renamed"],
    ];
    let history = frozen();
    assert_eq!(history.len(), expected.len());
    let mut state: Option<Account> = None;
    for ((stored, expected), version) in history.into_iter().zip(expected).zip(1..) {
        let mut record = record(stored);
        record.version = Version::new(version);
        let unread = replay(&mut state, &record).unwrap();
        assert_eq!(steps(), *expected, "{stored:?}");
        let is_dropped = stored.0 == "account.flagged";
        assert_eq!(unread, is_dropped.then_some(Unread::Dropped));
    }
    assert_eq!(state, Some(account_of_today()));
}

on_every_store! {
    async fn a_frozen_history_replays_to_the_state_of_today(store) {
        append(&store, StreamName::new("account", 1).unwrap(), &frozen()).await;
        let app = Pericarp::new(store);
        let account = app.load::<Account>(&1).await.unwrap().unwrap();
        assert_eq!(*account, account_of_today());
        assert_eq!(Root::version(&account).get(), 10);
        assert_eq!(Root::skipped(&account).dropped, 2);
        assert_eq!(Root::skipped(&account).total(), 2);

        let many = app.load_many::<Account>(&[1, 2]).await.unwrap();
        assert_eq!(many[0].as_deref(), Some(&account_of_today()));
        assert!(many[1].is_none());
    }

    async fn a_reader_of_one_part_misses_none_of_it(store) {
        append(&store, StreamName::new("account", 1).unwrap(), &frozen()).await;
        let filter = Filter::default().events::<Moved>();
        let names: Vec<_> = filter.types.iter().map(|name| name.as_str()).collect();
        assert_eq!(names, ["address.moved", "customer.changed"]);
        let read = ReadLog::all().filter(filter);
        let page = store.read(read.into(), Page::new()).await.unwrap();
        assert_eq!(page.len(), 4);
        let cities: Vec<_> = page.decode::<Moved>().map(|moved| moved.unwrap().event.city).collect();
        assert_eq!(cities, ["Rome", "Oslo"]);
    }

    async fn a_failing_step_stops_a_load_with_an_error_that_names_the_event(store) {
        let events = [frozen()[0], ("account.deposited", 1, r#"{"amount":"much"}"#)];
        append(&store, StreamName::new("account", 1).unwrap(), &events).await;
        let page = store.read(ReadLog::all().into(), Page::new()).await.unwrap();
        let stored = page.last().unwrap();
        let error = Pericarp::new(store).load::<Account>(&1).await.unwrap_err();
        assert_eq!(error.code(), "event.upcast");
        assert_eq!(
            pericarp_tests::chain(&error),
            format!(
                "decode event account.deposited v1 ({}) at account-1 version 2, position {}: \
                 version 1 of it could not be made version 2: invalid digit found in string",
                stored.id, stored.position
            )
        );
    }
}

#[test]
fn what_is_current_runs_no_step() {
    let opened = record((
        "account.created",
        3,
        r#"{"owner":"Ann","country":"Norway"}"#,
    ));
    let expected = Opened {
        owner: "Ann".into(),
        country: Country::Norway,
    };
    assert_eq!(
        Opened::decode(&opened).unwrap().collect::<Vec<_>>(),
        [expected]
    );
    let moved = record(("address.moved", 1, r#"{"city":"Rome"}"#));
    assert_eq!(Moved::decode(&moved).unwrap().count(), 1);
    assert!(!Renamed::decode(&moved).unwrap().is_known());
    assert_eq!(steps(), [""; 0]);
}

#[test]
fn an_older_version_borrows_as_the_current_one_does() {
    let data = String::from(r#"{"name":"Ann Smith"}"#);
    for name in ["account.opened", "account.created"] {
        let record = record((name, 1, &data));
        let opened = Opened::decode(&record).unwrap().next().unwrap();
        let owner = opened.owner.as_ptr();
        assert!(data.as_bytes().as_ptr_range().contains(&owner));
        assert!(matches!(opened.country, Country::Unknown));
    }
    steps();
}

#[test]
fn a_version_out_of_the_chain_is_an_error_that_says_which_are_read() {
    let check = |event: Stored<'_>, text: &str| {
        let error = replay::<Account>(&mut None, &record(event)).unwrap_err();
        assert_eq!(error.code(), "event.unknown_version");
        let pericarp::ReplayError::Decode(error) = error else {
            panic!("{error}");
        };
        assert_eq!(error.reason.to_string(), text);
    };
    check(
        ("account.deposited", 4, "{}"),
        "this build reads versions 1 to 3 of it; deploy the build that knows version 4",
    );
    check(
        ("customer.changed", 3, "{}"),
        "this build reads versions 1 to 2 of it; deploy the build that knows version 3",
    );
    check(
        ("address.moved", 0, "{}"),
        "this build reads version 1 of it, and no longer version 0",
    );
    check(
        ("account.deposited", 0, "{}"),
        "this build reads versions 1 to 3 of it, and no longer version 0",
    );
}

#[test]
fn a_step_or_a_part_that_fails_is_a_typed_error() {
    let error = Opened::decode(&record(("account.opened", 1, r#"{"name":""}"#))).unwrap_err();
    let DecodeReason::Upcast {
        from: 1,
        to: 2,
        source,
    } = error.reason
    else {
        panic!("{error}");
    };
    assert_eq!(source.to_string(), "nobody opened the account");

    let error = Moved::decode(&record(("customer.changed", 2, r#"{"city":""}"#))).unwrap_err();
    assert_eq!(error.code(), "event.split");
    let DecodeReason::Split {
        into: "address.moved",
        source,
    } = error.reason
    else {
        panic!("{error}");
    };
    assert_eq!(source.to_string(), "a city without a name");

    let error = Deposited::decode(&record(("account.deposited", 2, "{}"))).unwrap_err();
    assert_eq!(error.code(), "event.payload");
    steps();
}

#[test]
fn the_kinds_say_what_is_split() {
    let [kind] = Renamed::KINDS else {
        panic!("{:?}", Renamed::KINDS);
    };
    assert_eq!(kind.splits, [pericarp::Split::new("customer.changed", 2)]);
    assert!(!kind.is_named("customer.changed"));
}
