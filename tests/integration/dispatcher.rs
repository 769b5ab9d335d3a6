//! Who is told about which event, and what becomes of those that fail.

use std::sync::{Arc, Mutex};

use pericarp::dispatcher::{DispatchErrors, Dispatcher, HandlerFault, Pattern, SubscribeError};
use pericarp::prelude::*;
use pericarp::store::{MemoryStore, StoreFault};
use pericarp::{
    DecodeEvent, Page, Pericarp, Position, RecordedEvent, Timestamp, UnitOfWorkError, Version,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{Added, Tally};

#[test]
fn patterns_mean_names() {
    for (pattern, name, means) in [
        ("user.created", "user.created", true),
        ("user.created", "user.create", false),
        ("user.created", "user", false),
        ("user", "user.created", false),
        ("user.*", "user.created", true),
        ("user.*", "user.profile.changed", false),
        ("user.*", "user", false),
        ("user.*", "users.created", false),
        ("*.created", "user.created", true),
        ("*.created", "user.profile.created", false),
        ("*.created", "created", false),
        ("*", "created", true),
        ("*", "user.created", false),
        ("*.*", "user.created", true),
        ("user.*.changed", "user.profile.changed", true),
        ("user.*.changed", "user.changed", false),
        ("**", "created", true),
        ("**", "a.b.c.d.e", true),
        ("user.**", "user.created", true),
        ("user.**", "user.profile.changed", true),
        ("user.**", "user", true),
        ("user.**", "users.created", false),
        ("**.created", "user.profile.created", true),
        ("**.created", "created", true),
        ("**.created", "created.not", false),
        ("a.**.z", "a.z", true),
        ("a.**.z", "a.b.c.z", true),
        ("a.**.z", "a.b.z.c", false),
        ("a.**.m.**.z", "a.m.m.b.z", true),
        ("a.**.m.**.z", "a.b.z", false),
        ("**.a.*.c", "a.b.a.b.c", true),
        ("**.a.*.c", "a.b.a.c", false),
        ("**.**", "a", true),
        ("*.**", "a", true),
        ("*.**.*", "a", false),
        ("user-1:x.*", "user-1:x.y", true),
    ] {
        let parsed: Pattern = pattern.parse().unwrap();
        assert_eq!(parsed.matches(name), means, "{pattern} {name}");
        assert_eq!(parsed.to_string(), pattern);
    }
}

#[test]
fn other_texts_are_no_patterns() {
    for text in [
        "",
        ".",
        "user.",
        ".created",
        "us*",
        "user.*d",
        "***",
        "user created",
        "üser.*",
    ] {
        let error = text.parse::<Pattern>().unwrap_err();
        assert_eq!(
            (error.code(), &*error.pattern),
            ("dispatcher.pattern", text)
        );
    }
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "order.placed", alias("order.made"), version = 1)]
struct Placed {
    by: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "order.paid", split_from("order.completed", 1 => Completed))]
struct Paid {
    cents: u64,
}

#[derive(Deserialize)]
struct Completed {
    cents: u64,
}

impl From<Completed> for Option<Paid> {
    fn from(completed: Completed) -> Self {
        Some(Paid {
            cents: completed.cents,
        })
    }
}

/// What was told to whom.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn read(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn page(events: &[(&str, &str)]) -> Page {
    let mut page = Page::new();
    for ((event_type, data), place) in events.iter().zip(1..) {
        page.push(&RecordedEvent {
            id: Uuid::from_u128(place.into()),
            event_type,
            schema_version: 1,
            stream: "order-1",
            version: Version::new(place),
            position: Position::new(place),
            ordinal: 0,
            occurred_at: Timestamp::EPOCH,
            recorded_at: Timestamp::EPOCH,
            data,
            metadata: "{}",
        });
    }
    page
}

/// Notes who is told of which name.
fn note(
    told: &Told,
    who: &'static str,
) -> impl Fn(&RecordedEvent<'_>) -> std::future::Ready<Result<(), StoreFault>> + Send + Sync + 'static
{
    let told = told.clone();
    move |event| {
        told.note(format!("{who}: {}", event.event_type));
        std::future::ready(Ok(()))
    }
}

#[tokio::test]
async fn each_handler_is_told_once_however_many_of_its_patterns_match() {
    let told = Told::default();
    let dispatcher = Dispatcher::builder()
        .on_patterns("all", ["**", "order.*", "*.placed"], note(&told, "all"))
        .on_patterns("orders", ["order.*", "order.placed"], note(&told, "orders"))
        .on_patterns("none", [], note(&told, "none"))
        .build()
        .unwrap();
    let events = page(&[
        ("order.placed", "{}"),
        ("user.created", "{}"),
        ("order.placed", "{}"),
    ]);
    dispatcher.deliver(&events).await.unwrap();
    assert_eq!(
        told.read(),
        [
            "all: order.placed",
            "orders: order.placed",
            "all: user.created",
            "all: order.placed",
            "orders: order.placed"
        ]
    );
}

#[tokio::test]
async fn types_are_told_of_under_every_name_they_are_stored_under() {
    let told = Told::default();
    let (placed, paid) = (told.clone(), told.clone());
    let dispatcher = Dispatcher::builder()
        .on("placed", move |event: Placed, record| {
            placed.note(format!("{} placed at {}", event.by, record.position));
            async { Ok(()) }
        })
        .on("paid", move |event: Paid, record| {
            let (paid, version) = (paid.clone(), record.version);
            async move {
                tokio::task::yield_now().await;
                paid.note(format!("{} paid at {version}", event.cents));
                Ok(())
            }
        })
        .build()
        .unwrap();
    let events = page(&[
        ("order.placed", r#"{"by":"Ann"}"#),
        ("order.made", r#"{"by":"Bob"}"#),
        ("order.completed", r#"{"cents":5}"#),
        ("order.paid", r#"{"cents":7}"#),
        ("order.lost", "{}"),
    ]);
    dispatcher.deliver(&events).await.unwrap();
    assert_eq!(
        told.read(),
        [
            "Ann placed at 1",
            "Bob placed at 2",
            "5 paid at 3",
            "7 paid at 4"
        ]
    );
}

/// Fails while it is to.
#[derive(Clone, Default)]
struct Failing(Arc<Mutex<bool>>);

impl Failing {
    fn set(&self, fails: bool) {
        *self.0.lock().unwrap() = fails;
    }

    fn result(&self) -> Result<(), StoreFault> {
        match *self.0.lock().unwrap() {
            true => Err("the mail server is down".into()),
            false => Ok(()),
        }
    }
}

fn one_that_fails(told: &Told, failing: &Failing) -> Dispatcher {
    let (mail, failing) = (told.clone(), failing.clone());
    Dispatcher::builder()
        .on_patterns("mail", ["*.placed"], move |event| {
            mail.note(format!("mail: {}", event.position));
            let result = failing.result();
            async { result }
        })
        .on("typed", |_: Placed, _| async { Ok(()) })
        .on_patterns("audit", ["**"], note(told, "audit"))
        .on_patterns("grumpy", ["*.paid"], |_| -> std::future::Ready<_> {
            panic!("no {}", "money")
        })
        .build()
        .unwrap()
}

/// The handler, the event's place, and the code of each error.
fn summary(errors: &DispatchErrors) -> Vec<(&str, u64, &str)> {
    let errors = errors.errors().iter();
    errors
        .map(|error| (&*error.handler, error.position.get(), error.source.code()))
        .collect()
}

#[tokio::test]
async fn handlers_that_fail_keep_nobody_from_an_event_and_are_named() {
    let (told, failing) = (Told::default(), Failing::default());
    failing.set(true);
    let dispatcher = one_that_fails(&told, &failing);
    let events = page(&[
        ("order.placed", r#"{"by":7}"#),
        ("order.paid", "{}"),
        ("user.created", "{}"),
        ("order.placed", r#"{"by":"Ann"}"#),
    ]);
    let errors = dispatcher.deliver(&events).await.unwrap_err();
    assert_eq!(
        summary(&errors),
        [
            ("mail", 1, "dispatch.failed"),
            ("typed", 1, "event.payload"),
            ("grumpy", 2, "dispatch.panicked"),
            ("mail", 4, "dispatch.failed"),
        ]
    );
    let grumpy = &errors.errors()[2];
    assert_eq!(grumpy.event_id, Uuid::from_u128(2));
    assert!(matches!(&grumpy.source, HandlerFault::Panicked { message } if message == "no money"));
    assert_eq!(errors.events().len(), 3);
    let text = errors.to_string();
    assert!(
        text.contains(r#"handler "mail" failed on order.placed"#),
        "{text}"
    );
    assert!(
        text.contains("at position 4: the mail server is down"),
        "{text}"
    );
    assert_eq!(
        told.read()
            .iter()
            .filter(|line| line.starts_with("audit"))
            .count(),
        4
    );

    // Those that failed, and nobody else, once more.
    let again = dispatcher.retry(&errors).await.unwrap_err();
    assert_eq!(summary(&again), summary(&errors));
    assert_eq!(told.read(), ["mail: 1", "mail: 4"]);
    failing.set(false);
    let again = dispatcher.retry(&again).await.unwrap_err();
    assert_eq!(
        summary(&again),
        [
            ("typed", 1, "event.payload"),
            ("grumpy", 2, "dispatch.panicked")
        ]
    );
    assert_eq!(told.read(), ["mail: 1", "mail: 4"]);
    let other = Dispatcher::builder().build().unwrap();
    let gone = other.retry(&again).await.unwrap_err();
    assert_eq!(summary(&gone)[0], ("typed", 1, "dispatch.not_subscribed"));
}

#[tokio::test]
async fn a_unit_of_work_tells_and_says_who_failed() {
    let (told, failing) = (Told::default(), Failing::default());
    failing.set(true);
    let fails = failing.clone();
    let dispatcher = Dispatcher::builder()
        .on("sum", move |added: Added, _| {
            let result = fails.result();
            let told = told.clone();
            async move {
                told.note(added.n.to_string());
                result
            }
        })
        .build()
        .unwrap();
    let app = Pericarp::new(MemoryStore::new());
    let mut tally = Root::<Tally>::empty(1);
    tally.emit(Added { n: 5 });
    let mut work = app.unit_of_work();
    work.add(&mut tally);
    let error = work.commit_and_dispatch(&dispatcher).await.unwrap_err();
    assert_eq!(error.code(), "unit_of_work.dispatch");
    let errors = DispatchErrors::of(&error).unwrap();
    assert_eq!(
        (errors.code(), errors.errors().len()),
        ("dispatch.errors", 1)
    );
    let UnitOfWorkError::Dispatch { committed, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(errors.errors()[0].position, committed.first);
    failing.set(false);
    dispatcher.retry(errors).await.unwrap();
    assert_eq!(app.load::<Tally>(&1).await.unwrap().unwrap().total, 5);
}

#[test]
fn a_dispatcher_that_cannot_be_built_says_why() {
    let nothing = |_: &RecordedEvent<'_>| std::future::ready(Ok(()));
    let error = Dispatcher::builder()
        .on_patterns("audit", ["user.*", "us*"], nothing)
        .on_patterns("audit", ["**"], nothing)
        .build()
        .unwrap_err();
    assert_eq!(error.code(), "dispatcher.pattern");
    assert!(
        matches!(&error, SubscribeError::Pattern { handler, source } if handler == "audit" && source.pattern == "us*")
    );
    let error = Dispatcher::builder()
        .on_patterns("audit", ["user.*"], nothing)
        .on("audit", |_: Placed, _| async { Ok(()) })
        .build()
        .unwrap_err();
    assert_eq!(
        error,
        SubscribeError::SameName {
            handler: "audit".into()
        }
    );
    assert_eq!(error.code(), "dispatcher.same_name");
}

/// An event that borrows is decoded by its handler.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "user.named")]
struct Named<'a> {
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
}

#[tokio::test]
async fn events_that_borrow_are_decoded_by_their_handlers() {
    let told = Told::default();
    let names = told.clone();
    let dispatcher = Dispatcher::builder()
        .on_patterns("names", ["user.named"], move |record| {
            let result = Named::decode(record).map(|events| {
                events.for_each(|event| names.note(event.name));
            });
            async { Ok(result?) }
        })
        .build()
        .unwrap();
    let events = page(&[("user.named", r#"{"name":"Ann"}"#)]);
    dispatcher.deliver(&events).await.unwrap();
    assert_eq!(told.read(), ["Ann"]);
}
