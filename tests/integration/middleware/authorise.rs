//! Who may not ask is told so, before anything is done.

use std::convert::Infallible;

use pericarp::middleware::{Authorise, Denied, Only, Policy};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Failure, Payload, Pericarp, Principal, Provide, Request};

use super::{Board, Refusal};
use crate::domain::{Added, Tally};

#[derive(Command)]
#[command(aggregate = Tally, returns = u64, middleware(Only("clerk")))]
struct Post(#[command(id)] u64);

impl Handle<Post> for Tally {
    fn handle(tally: &mut Root<Self>, _: &Post) -> Result<u64, Refusal> {
        tally.emit(Added { n: 1 });
        Ok(tally.total)
    }
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Only("clerk")))]
struct Posted;

impl Answer<Posted> for Board {
    async fn answer(&self, _: &Posted) -> Result<u64, Infallible> {
        Ok(self.score)
    }
}

/// Each counts for who it is named after.
#[derive(Command)]
#[command(aggregate = Tally, returns = u64, middleware(Authorise::<Owners>::new()))]
struct PostAs<'a>(#[command(id)] u64, &'a str);

impl Handle<PostAs<'_>> for Tally {
    fn handle(tally: &mut Root<Self>, _: &PostAs<'_>) -> Result<u64, Refusal> {
        tally.emit(Added { n: 1 });
        Ok(tally.total)
    }
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Authorise::<Owners>::new()))]
struct Secrets;

impl Answer<Secrets> for Board {
    async fn answer(&self, _: &Secrets) -> Result<u64, Infallible> {
        Ok(self.score)
    }
}

struct Owners {
    is_down: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the directory is down")]
struct Down;

impl Policy<PostAs<'_>> for Owners {
    async fn permits(&self, payload: &Payload<PostAs<'_>>) -> Result<(), Denied> {
        tokio::task::yield_now().await;
        let Some(principal) = &payload.principal else {
            return Err(Denied::Unauthenticated);
        };
        if self.is_down {
            return Err(Denied::undecided(Down));
        }
        if principal.id == payload.request.1 {
            Ok(())
        } else {
            Err(Denied::forbidden("you are somebody else"))
        }
    }
}

impl Policy<Secrets> for Owners {
    async fn permits(&self, _: &Payload<Secrets>) -> Result<(), Denied> {
        Err(Denied::forbidden("they are secret"))
    }
}

struct Office {
    board: Board,
    owners: Owners,
}

impl Provide<Board> for Office {
    fn provide(&self) -> &Board {
        &self.board
    }
}

impl Provide<Owners> for Office {
    fn provide(&self) -> &Owners {
        &self.owners
    }
}

fn app(is_down: bool) -> Pericarp<MemoryStore, Office> {
    let board = Board { score: 7 };
    let owners = Owners { is_down };
    Pericarp::builder(MemoryStore::new())
        .with(Office { board, owners })
        .build()
}

#[track_caller]
fn check<T>(outcome: Result<T, impl Failure>, code: &str, text: &str, is_refusal: bool) {
    let Err(error) = outcome else {
        panic!("it is permitted");
    };
    assert_eq!((error.code(), error.to_string().as_str()), (code, text));
    assert_eq!(error.is_refusal(), is_refusal);
    assert_eq!(error.is_transient(), !is_refusal);
    let denied: &Denied = error.stopped().unwrap().reason().unwrap();
    assert_eq!(denied.code(), code);
}

const NOBODY: (&str, &str) = (
    "request.unauthenticated",
    "nobody is signed in; say who asks",
);

#[tokio::test]
async fn only_those_with_the_role_pass() {
    let app = app(false);
    check(app.execute(Post(1)).await, NOBODY.0, NOBODY.1, true);
    check(app.ask(Posted).await, NOBODY.0, NOBODY.1, true);
    let ann = Principal::new("ann").with_role("cleric");
    let forbidden = "this is not for you: it takes the role clerk";
    let outcome = app.execute_payload(Payload::new(Post(1)).by(ann.clone()));
    check(outcome.await, "request.forbidden", forbidden, true);
    let outcome = app.ask_payload(Payload::new(Posted).by(ann.clone()));
    check(outcome.await, "request.forbidden", forbidden, true);

    let ann = ann.with_role("clerk");
    let posted = app.execute_payload(Payload::new(Post(1)).by(ann.clone()));
    assert_eq!(posted.await.unwrap().answer, 1, "none was carried out");
    let posted = app.ask_payload(Payload::new(Posted).by(ann));
    assert_eq!(posted.await.unwrap().answer, 7);
}

#[tokio::test]
async fn a_policy_decides_by_who_asks_and_what() {
    let post = |app: Pericarp<_, _>, who: Option<&str>| {
        let mut payload = Payload::new(PostAs(1, "ann"));
        payload.principal = who.map(Principal::new);
        async move { app.execute_payload(payload).await }
    };
    let up = app(false);
    check(post(up.clone(), None).await, NOBODY.0, NOBODY.1, true);
    let text = "this is not for you: you are somebody else";
    let outcome = post(up.clone(), Some("bo")).await;
    check(outcome, "request.forbidden", text, true);
    let text = "this is not for you: they are secret";
    check(up.ask(Secrets).await, "request.forbidden", text, true);
    assert_eq!(post(up, Some("ann")).await.unwrap().answer, 1);

    let text = "it could not be found out whether you may";
    let outcome = post(app(true), Some("ann")).await;
    let cause = std::error::Error::source(outcome.as_ref().unwrap_err());
    assert_eq!(cause.unwrap().to_string(), "the directory is down");
    check(outcome, "request.undecided", text, false);
}

#[test]
fn both_have_the_role_that_others_must_be_inside_of() {
    use pericarp::middleware::Middleware;
    fn role<M: Middleware<R>, R: Request>() -> &'static str {
        M::ROLE
    }
    assert_eq!(role::<Only, Posted>(), "authorisation");
    assert_eq!(role::<Authorise<Owners>, Secrets>(), "authorisation");
}
