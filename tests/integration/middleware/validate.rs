//! A request that is wrong in itself is told every fault at once.

use std::convert::Infallible;

use pericarp::middleware::{Fault, Invalid, Only, Validate};
use pericarp::prelude::*;
use pericarp::store::{MemoryStore, ReadLog, Store};
use pericarp::{Failure, Payload, Pericarp, Principal, Provide};

use super::{Board, Refusal};
use crate::domain::{Added, Tally};

#[derive(Command, garde::Validate)]
#[command(aggregate = Tally, returns = u64, middleware(Only("clerk"), Validate))]
struct Book<'a> {
    #[command(id)]
    #[garde(skip)]
    tally: u64,
    #[garde(length(min = 3, max = 8))]
    title: &'a str,
    #[garde(length(min = 1), dive)]
    lines: Vec<Line>,
}

#[derive(garde::Validate)]
struct Line {
    #[garde(range(min = 1, max = 9))]
    n: u64,
}

impl Handle<Book<'_>> for Tally {
    fn handle(tally: &mut Root<Self>, book: &Book<'_>) -> Result<u64, Refusal> {
        for line in &book.lines {
            tally.emit(Added { n: line.n });
        }
        Ok(tally.total)
    }
}

/// How much may be asked for at once, from a file.
struct Most(u64);

#[derive(Query, garde::Validate)]
#[query(on = Board, returns = u64, middleware(Validate))]
#[garde(context(Most))]
struct Scores {
    #[garde(custom(at_most))]
    count: u64,
}

fn at_most(count: &u64, most: &Most) -> garde::Result {
    match *count <= most.0 {
        true => Ok(()),
        false => Err(garde::Error::new(format!("at most {}", most.0))),
    }
}

impl Answer<Scores> for Board {
    async fn answer(&self, scores: &Scores) -> Result<u64, Infallible> {
        Ok(self.score * scores.count)
    }
}

struct Shop {
    board: Board,
    most: Most,
}

impl Provide<Board> for Shop {
    fn provide(&self) -> &Board {
        &self.board
    }
}

impl Provide<Most> for Shop {
    fn provide(&self) -> &Most {
        &self.most
    }
}

fn app() -> Pericarp<MemoryStore, Shop> {
    let board = Board { score: 7 };
    let most = Most(5);
    Pericarp::builder(MemoryStore::new())
        .with(Shop { board, most })
        .build()
}

#[track_caller]
fn faults<T>(outcome: Result<T, impl Failure>) -> Vec<(String, String)> {
    let Err(error) = outcome else {
        panic!("it is valid");
    };
    assert_eq!(error.code(), "request.invalid");
    assert!(error.is_refusal() && !error.is_transient());
    let invalid: &Invalid = error.stopped().unwrap().reason().unwrap();
    assert_eq!(error.to_string(), invalid.to_string());
    let faults = invalid.faults.iter().cloned();
    faults
        .map(|Fault { path, message, .. }| (path, message))
        .collect()
}

fn owned(faults: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(path, message): &(&str, &str)| ((*path).into(), (*message).into());
    faults.iter().map(own).collect()
}

fn book<'a>(title: &'a str, lines: &[u64]) -> Payload<Book<'a>> {
    let lines = lines.iter().map(|n| Line { n: *n }).collect();
    let tally = 1;
    Payload::new(Book {
        tally,
        title,
        lines,
    })
    .by(Principal::new("ann").with_role("clerk"))
}

#[tokio::test]
async fn every_fault_is_told_with_its_path() {
    let app = app();
    let title = String::from("a");
    let outcome = app.execute_payload(book(&title, &[1, 0, 5, 17])).await;
    let text = outcome.as_ref().unwrap_err().to_string();
    assert_eq!(
        text,
        "the request is invalid: lines[1].n: lower than 1; lines[3].n: greater than 9; \
         title: length is lower than 3"
    );
    let expected = [
        ("lines[1].n", "lower than 1"),
        ("lines[3].n", "greater than 9"),
        ("title", "length is lower than 3"),
    ];
    assert_eq!(faults(outcome), owned(&expected));
    let outcome = app.execute_payload(book("Novel", &[])).await;
    let expected = [("lines", "length is lower than 1")];
    assert_eq!(faults(outcome), owned(&expected));
    let mut pages = app.store().pages(ReadLog::all());
    assert!(pages.next().await.unwrap().is_none(), "nothing is stored");
    let outcome = app.execute_payload(book("Novel", &[1, 9])).await;
    assert_eq!(outcome.unwrap().answer, 10);
}

#[tokio::test]
async fn the_application_provides_the_context_of_the_rules() {
    let app = app();
    assert_eq!(app.ask(Scores { count: 5 }).await.unwrap(), 35);
    let outcome = app.ask(Scores { count: 6 }).await;
    assert_eq!(faults(outcome), owned(&[("count", "at most 5")]));
}

/// What is wrong with it is nobody's business who may not ask.
#[tokio::test]
async fn who_may_not_ask_is_told_no_fault() {
    let mut payload = book("a", &[]);
    payload.principal = None;
    let error = app().execute_payload(payload).await.unwrap_err();
    assert_eq!(error.code(), "request.unauthenticated");
}
