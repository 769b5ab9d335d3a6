//! A command that is sent again under its key gets the answer of the first, and is stored once.

use pericarp::middleware::{Idempotent, Retry};
use pericarp::prelude::*;
use pericarp::store::{MemoryStore, ReadLog, Store};
use pericarp::testing::{Fault, Faulty};
use pericarp::{
    ExecuteError, Failure, Metadata, Payload, Pericarp, Principal, Response, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::on_every_store::on_every_store;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "purse.filled")]
struct Filled {
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "purse.paid")]
struct Paid {
    cents: i64,
    by: Option<String>,
}

#[derive(Aggregate)]
#[aggregate(
    category = "purse",
    id = String,
    error = Empty,
    created_by(Filled),
    events(Paid)
)]
struct Purse {
    cents: i64,
    last: Timestamp,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{missing} cents are missing")]
struct Empty {
    missing: i64,
}

impl Create<Filled> for Purse {
    fn create(filled: Filled, meta: &Meta<'_>) -> Self {
        let (cents, last) = (filled.cents, meta.occurred_at());
        Self { cents, last }
    }
}

impl Apply<Paid> for Purse {
    fn apply(&mut self, paid: Paid, meta: &Meta<'_>) {
        self.cents -= paid.cents;
        self.last = meta.occurred_at();
    }
}

#[derive(Command)]
#[command(aggregate = Purse, returns = i64, creates, middleware(Idempotent))]
struct Fill(#[command(id)] String, i64);

impl Handle<Fill> for Purse {
    fn handle(purse: New<'_, Self>, fill: &Fill) -> Result<i64, Empty> {
        Ok(purse.create(Filled { cents: fill.1 }).cents)
    }
}

/// Says what is left and when it was paid.
#[derive(Command)]
#[command(
    aggregate = Purse,
    returns = (i64, Timestamp),
    middleware(Idempotent)
)]
struct Pay(#[command(id)] String, i64);

impl Handle<Pay> for Purse {
    fn handle(purse: &mut Root<Self>, pay: &Pay) -> Result<(i64, Timestamp), Empty> {
        let missing = pay.1 - purse.cents;
        if missing > 0 {
            return Err(Empty { missing });
        }
        if pay.1 > 0 {
            let (cents, by) = (pay.1, None);
            purse.emit(Paid { cents, by });
        }
        Ok((purse.cents, purse.last))
    }
}

fn fill(purse: &str, cents: i64, key: &str) -> Payload<Fill> {
    Payload::new(Fill(purse.into(), cents)).with_idempotency_key(key)
}

fn pay(purse: &str, cents: i64, key: &str) -> Payload<Pay> {
    Payload::new(Pay(purse.into(), cents)).with_idempotency_key(key)
}

async fn events(store: &impl Store) -> usize {
    let mut pages = store.pages(ReadLog::all());
    let mut count = 0;
    while let Some(page) = pages.next().await.unwrap() {
        count += page.len();
    }
    count
}

#[track_caller]
fn check_reused<T: std::fmt::Debug>(outcome: Result<T, ExecuteError<Empty>>) {
    let error = outcome.unwrap_err();
    assert!(matches!(error, ExecuteError::KeyReused { .. }), "{error}");
    assert_eq!(error.code(), "command.key_reused");
    assert!(error.is_refusal() && !error.is_transient());
    let code = pericarp::Error::from(error).code();
    assert_eq!(code, "command.key_reused");
}

on_every_store! {
    /// Decided again as it is now, the second payment would be refused: the purse is empty.
    async fn a_repetition_gets_the_answer_of_the_first(store) {
        let app = Pericarp::new(store);
        let filled = app.execute_payload(fill("ann", 100, "f")).await.unwrap();
        let first = app.execute_payload(pay("ann", 60, "p")).await.unwrap();
        app.execute_payload(pay("ann", 40, "q")).await.unwrap();
        assert_eq!(events(app.store()).await, 3);

        for _ in 0..2 {
            let again = app.execute_payload(pay("ann", 60, "p")).await.unwrap();
            assert_eq!(again, first);
            let again = app.execute_payload(fill("ann", 100, "f")).await.unwrap();
            assert_eq!(again, filled);
        }
        assert_eq!((filled.answer, first.answer.0), (100, 40));
        assert_eq!(events(app.store()).await, 3);
        let refused = app.execute_payload(pay("ann", 60, "r")).await;
        let refusal = Empty { missing: 60 };
        assert!(matches!(refused, Err(ExecuteError::Refused(error)) if error == refusal));
    }

    async fn a_key_that_was_used_for_another_command_is_refused(store) {
        let app = Pericarp::new(store);
        app.execute_payload(fill("ann", 100, "f")).await.unwrap();
        app.execute_payload(fill("bo", 100, "g")).await.unwrap();
        app.execute_payload(pay("ann", 60, "p")).await.unwrap();
        // Another amount, another aggregate, another type, and one that would store nothing.
        check_reused(app.execute_payload(pay("ann", 50, "p")).await);
        check_reused(app.execute_payload(pay("bo", 60, "p")).await);
        check_reused(app.execute_payload(fill("ann", 100, "p")).await);
        check_reused(app.execute_payload(fill("cleo", 100, "p")).await);
        check_reused(app.execute_payload(pay("ann", 60, "f")).await);
        check_reused(app.execute_payload(pay("ann", 0, "p")).await);
        // What would have been refused then is another command too.
        check_reused(app.execute_payload(pay("ann", 101, "p")).await);
        assert_eq!(events(app.store()).await, 3);
    }

    async fn a_repetition_is_as_late_and_comes_from_where_the_first_did(store) {
        let app = Pericarp::new(store);
        app.execute_payload(fill("ann", 100, "f")).await.unwrap();
        let traced = |trace: &str, at| {
            let trace_id = Some(trace.into());
            let metadata = Metadata { trace_id, ..Metadata::default() };
            pay("ann", 10, "p").with_metadata(metadata).at(Timestamp::from_micros(at))
        };
        let first = app.execute_payload(traced("t1", 5)).await.unwrap();
        let again = app.execute_payload(traced("t2", 9)).await.unwrap();
        assert_eq!(again, first);
        assert_eq!(again.answer, (90, Timestamp::from_micros(5)));
    }

    async fn of_many_that_are_sent_at_once_one_is_stored(store) {
        let app = Pericarp::new(store);
        app.execute_payload(fill("ann", 100, "f")).await.unwrap();
        let mut sent = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let app = app.clone();
            sent.spawn(async move { app.execute_payload(pay("ann", 60, "p")).await.unwrap() });
        }
        let responses: Vec<Response<_>> = sent.join_all().await;
        assert_eq!(responses[0].answer.0, 40);
        assert!(responses.iter().all(|response| *response == responses[0]));
        assert_eq!(events(app.store()).await, 2);
    }
}

#[tokio::test]
async fn a_key_counts_for_who_sends_it() {
    let app = Pericarp::new(MemoryStore::new());
    app.execute_payload(fill("ann", 100, "f")).await.unwrap();
    for (purse, who) in [("bo", "bo"), ("cleo", "cleo"), ("dora", "1:f")] {
        let payload = fill(purse, 100, "f").by(Principal::new(who));
        app.execute_payload(payload).await.unwrap();
    }
    let user_id = Some("emil".into());
    let metadata = Metadata {
        user_id,
        ..Metadata::default()
    };
    let payload = fill("emil", 100, "f").with_metadata(metadata);
    app.execute_payload(payload).await.unwrap();
    assert_eq!(events(app.store()).await, 5);
    let again = fill("emil", 100, "f").by(Principal::new("emil"));
    app.execute_payload(again).await.unwrap();
    assert_eq!(events(app.store()).await, 5);
}

#[tokio::test]
async fn what_stored_nothing_is_decided_anew() {
    let app = Pericarp::new(MemoryStore::new());
    app.execute_payload(fill("ann", 10, "f")).await.unwrap();
    let refused = app.execute_payload(pay("ann", 20, "p")).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(_))));
    let nothing = app.execute_payload(pay("ann", 0, "p")).await.unwrap();
    assert_eq!((nothing.answer.0, nothing.committed), (10, None));
    let paid = app.execute_payload(pay("ann", 10, "p")).await.unwrap();
    assert_eq!(paid.answer.0, 0);
}

#[tokio::test]
async fn without_a_key_each_is_a_command_of_its_own() {
    let app = Pericarp::new(MemoryStore::new());
    app.execute_payload(fill("ann", 100, "f")).await.unwrap();
    for left in [90, 80] {
        let paid = app.execute(Pay("ann".into(), 10)).await.unwrap();
        assert_eq!(paid.0, left);
    }
}

/// Nobody knows whether it was stored. Sent again under its key, it finds out.
#[tokio::test]
async fn an_unknown_outcome_is_found_out() {
    let app = Pericarp::builder(Faulty::new(MemoryStore::new()))
        .layer(Idempotent)
        .layer(Retry::attempts(1))
        .build();
    app.execute_payload(fill("ann", 100, "f")).await.unwrap();
    for (lost, left) in [(Fault::LoseAnswer, 90), (Fault::LoseRequest, 80)] {
        let key = format!("{lost:?}");
        app.store().plan(lost);
        app.store().plan(Fault::LoseRequest);
        let unknown = app.execute_payload(pay("ann", 10, &key)).await.unwrap_err();
        assert_eq!(unknown.code(), "append.outcome_unknown");
        let paid = app.execute_payload(pay("ann", 10, &key)).await.unwrap();
        assert_eq!(paid.answer.0, left);
        assert!(paid.committed.is_some());
    }
    assert_eq!(events(app.store()).await, 3);
}

/// The command is stored by then, so its answer is no error.
#[tokio::test]
async fn a_store_that_fails_afterwards_takes_nothing_back() {
    let app = Pericarp::new(Faulty::new(MemoryStore::new()));
    app.execute_payload(fill("ann", 100, "f")).await.unwrap();
    app.store().plan(Fault::PassRead);
    app.store().plan(Fault::FailRead);
    let paid = app.execute_payload(pay("ann", 10, "p")).await.unwrap();
    assert_eq!(paid.answer.0, 90);
    app.store().plan(Fault::FailRead);
    let error = app.execute_payload(pay("ann", 10, "q")).await.unwrap_err();
    assert_eq!(error.code(), "read.failed", "no fault is left over");
    assert_eq!(events(app.store()).await, 2);
}
