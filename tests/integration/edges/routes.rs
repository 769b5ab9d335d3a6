//! Requests by name, with JSON in and JSON out.

use std::collections::BTreeMap;

use pericarp::middleware::{CatchPanic, Idempotent, Only};
use pericarp::prelude::*;
use pericarp::routes::{DuplicateRoute, RouteError, Routes};
use pericarp::store::{MemoryStore, ReadLog, Store};
use pericarp::{Handler, Metadata, Payload, Pericarp, Principal, Provide, RequestKind, Response};
use serde::{Deserialize, Serialize};

use crate::domain::{Added, Refusal, Tally};

#[derive(Command, Deserialize)]
#[command(aggregate = Tally, returns = u64, middleware(Idempotent))]
struct AddTo {
    #[command(id)]
    tally: u64,
    n: u64,
}

impl Handle<AddTo> for Tally {
    fn handle(tally: &mut Root<Self>, add: &AddTo) -> Result<u64, Refusal> {
        if add.n > 1_000 {
            return Err(Refusal);
        }
        tally.emit(Added { n: add.n });
        Ok(tally.total)
    }
}

#[derive(Default)]
struct Names(BTreeMap<u64, String>);

impl Provide<Self> for Names {
    fn provide(&self) -> &Self {
        self
    }
}

#[derive(Query, Deserialize)]
#[query(on = Names, returns = Option<Named>)]
struct NameOf {
    tally: u64,
}

#[derive(Serialize)]
struct Named {
    name: String,
}

impl Answer<NameOf> for Names {
    async fn answer(&self, query: &NameOf) -> Result<Option<Named>, std::convert::Infallible> {
        let name = self.0.get(&query.tally).cloned();
        Ok(name.map(|name| Named { name }))
    }
}

#[derive(Query, Deserialize)]
#[query(on = Names, returns = usize, middleware(Only("clerk")))]
struct HowMany;

impl Answer<HowMany> for Names {
    async fn answer(&self, _: &HowMany) -> Result<usize, std::convert::Infallible> {
        Ok(self.0.len())
    }
}

/// JSON has no keys like these.
#[derive(Query, Deserialize)]
#[query(on = Names, returns = BTreeMap<(u8, u8), u8>)]
struct Unspeakable {}

impl Answer<Unspeakable> for Names {
    async fn answer(
        &self,
        _: &Unspeakable,
    ) -> Result<BTreeMap<(u8, u8), u8>, std::convert::Infallible> {
        Ok(BTreeMap::from([((1, 2), 3)]))
    }
}

type App = Pericarp<MemoryStore, Names, (CatchPanic,)>;

fn app() -> App {
    let names = Names([(1, "one".into())].into());
    Pericarp::builder(MemoryStore::new())
        .with(names)
        .layer(CatchPanic)
        .build()
}

fn routes<H>(handler: H) -> Result<Routes<H>, DuplicateRoute>
where
    H: Handler<AddTo> + Handler<NameOf> + Handler<HowMany> + Handler<Unspeakable>,
{
    Routes::new(handler)
        .command::<AddTo>()?
        .query::<NameOf>()?
        .query_as::<HowMany>("how-many")?
        .query::<Unspeakable>()
}

async fn call(name: &str, json: &str) -> Result<Response<String>, RouteError> {
    routes(app())
        .unwrap()
        .handle(name, Payload::new(json))
        .await
}

#[tokio::test]
async fn a_request_is_json_and_so_is_its_answer() {
    let added = call("AddTo", r#"{"tally":1,"n":2}"#).await.unwrap();
    assert_eq!(added.answer, "2");
    assert!(added.committed.is_some());
    let named = call("NameOf", r#"{"tally":1}"#).await.unwrap();
    assert_eq!(named.answer, r#"{"name":"one"}"#);
    assert!(named.committed.is_none());
    let unnamed = call("NameOf", r#"{"tally":2}"#).await.unwrap();
    assert_eq!(unnamed.answer, "null");
}

#[tokio::test]
async fn a_request_comes_with_all_that_others_come_with() {
    let app = app();
    let routes = routes(&app).unwrap();
    for text in ["", " \n", "null"] {
        let clerk = Principal::new("ann").with_role("clerk");
        let payload = Payload::new(text).by(clerk);
        let counted = routes.handle("how-many", payload).await.unwrap();
        assert_eq!(counted.answer, "1");
    }
    let correlation_id = Some("order-17".into());
    let metadata = Metadata {
        correlation_id,
        ..Metadata::default()
    };
    let payload = Payload::new(br#"{"tally":1,"n":2}"#.to_vec())
        .with_metadata(metadata)
        .with_idempotency_key("k")
        .by(Principal::new("ann"));
    let first = routes.handle("AddTo", payload.clone()).await.unwrap();
    let again = routes.handle("AddTo", payload).await.unwrap();
    assert_eq!((first.answer.as_str(), &first), ("2", &again));
    let mut pages = app.store().pages(ReadLog::all());
    let page = pages.next().await.unwrap().unwrap();
    let metadata = r#"{"correlation_id":"order-17","user_id":"ann"}"#;
    assert_eq!((page.len(), page.first().unwrap().metadata), (1, metadata));
}

#[tokio::test]
async fn a_name_that_nobody_has_is_told_with_the_nearest() {
    for (name, nearest) in [
        ("NameOff", Some("NameOf")),
        ("addto", Some("AddTo")),
        ("how_many", Some("how-many")),
        ("Withdraw", None),
        ("", None),
    ] {
        let error = call(name, "{}").await.unwrap_err();
        assert_eq!(error.code(), "route.unknown");
        assert!(error.is_refusal() && !error.is_transient());
        let text = match nearest {
            Some(nearest) => format!("there is no route {name}; did you mean {nearest}?"),
            None => format!("there is no route {name}"),
        };
        assert_eq!(error.to_string(), text);
        assert!(
            matches!(error, RouteError::Unknown { nearest: found, .. } if found.as_deref() == nearest)
        );
    }
}

#[tokio::test]
async fn what_is_not_its_json_is_told() {
    for (json, cause) in [
        (r#"{"tally":1}"#, "missing field `n` at line 1 column 11"),
        (
            r#"{"tally":1,"n":-1}"#,
            "invalid value: integer `-1`, expected u64",
        ),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("", "invalid type: null, expected struct AddTo"),
    ] {
        let error = call("AddTo", json).await.unwrap_err();
        assert_eq!(error.code(), "route.body");
        assert_eq!(error.to_string(), "this is no AddTo");
        assert!(error.is_refusal());
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.starts_with(cause), "{source}");
    }
}

#[tokio::test]
async fn the_error_of_a_request_is_told_without_its_type() {
    let refused = call("AddTo", r#"{"tally":1,"n":2000}"#).await.unwrap_err();
    assert_eq!(refused.code(), "command.refused");
    assert_eq!(refused.to_string(), "refused");
    assert!(refused.is_refusal());
    let denied = call("how-many", "null").await.unwrap_err();
    assert_eq!(denied.code(), "request.unauthenticated");
    let RouteError::Failed(failed) = &denied else {
        panic!("it is stopped");
    };
    assert!(failed.stopped().is_some() && failed.is_refusal() && !failed.is_transient());
    let unspeakable = call("Unspeakable", "{}").await.unwrap_err();
    assert_eq!(unspeakable.code(), "route.answer");
    let text = "the answer of Unspeakable cannot be written";
    assert_eq!(unspeakable.to_string(), text);
    assert!(!unspeakable.is_refusal() && !unspeakable.is_transient());
}

#[test]
fn no_two_have_one_name() {
    let routes = routes(app()).unwrap();
    let kinds = [
        ("AddTo", RequestKind::Command),
        ("NameOf", RequestKind::Query),
        ("Unspeakable", RequestKind::Query),
        ("how-many", RequestKind::Query),
    ];
    assert!(routes.names().eq(kinds));
    assert_eq!(routes.kind("AddTo"), Some(RequestKind::Command));
    assert_eq!(routes.kind("Nothing"), None);
    let error = routes.command_as::<AddTo>("NameOf").unwrap_err();
    assert_eq!(
        (error.code(), error.name.as_str()),
        ("route.duplicate", "NameOf")
    );
    let text = "there is a route NameOf already; give one of the two another name";
    assert_eq!(error.to_string(), text);
}

/// An edge holds them behind an `Arc` and handles each request on a task of its own.
#[tokio::test]
async fn routes_serve_tasks() {
    let routes = std::sync::Arc::new(routes(app()).unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let routes = routes.clone();
        tasks.spawn(async move {
            let json = String::from(r#"{"tally":1,"n":1}"#);
            routes.handle("AddTo", Payload::new(json)).await.unwrap()
        });
    }
    let mut answers: Vec<u64> = tasks
        .join_all()
        .await
        .iter()
        .map(|r| r.answer.parse().unwrap())
        .collect();
    answers.sort_unstable();
    assert!(answers.into_iter().eq(1..=8));
}
