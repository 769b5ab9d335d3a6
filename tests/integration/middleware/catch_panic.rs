//! A panic is an error of its request, and the application goes on.

use std::panic::panic_any;

use pericarp::middleware::{CatchPanic, Chain, Observe, Panicked};
use pericarp::prelude::*;
use pericarp::store::{MemoryStore, SqliteStore, Store};
use pericarp::{Failure, Handler, Outcome, Payload, Pericarp, Request};

use super::{Board, Diary, Parts, Refusal};
use crate::domain::{Added, Tally};

#[derive(Command)]
#[command(aggregate = Tally, returns = u64, middleware(Observe::<Diary>::new(), CatchPanic))]
struct Divide(#[command(id)] u64, u64);

/// Emits, and panics then if it must divide by nothing.
impl Handle<Divide> for Tally {
    fn handle(tally: &mut Root<Self>, divide: &Divide) -> Result<u64, Refusal> {
        tally.emit(Added { n: 1 });
        let Divide(_, by) = divide;
        assert!(*by != 0, "cannot divide by {by}");
        Ok(tally.total / by)
    }
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(CatchPanic))]
struct Broken(Mishap);

#[derive(Clone, Copy)]
enum Mishap {
    Text,
    Formatted,
    Number,
}

impl Answer<Broken> for Board {
    async fn answer(&self, query: &Broken) -> Result<u64, std::convert::Infallible> {
        tokio::task::yield_now().await;
        match query.0 {
            Mishap::Text => panic!("as text"),
            Mishap::Formatted => panic!("formatted {}", self.score),
            Mishap::Number => panic_any(17),
        }
    }
}

#[track_caller]
fn check<T>(outcome: Result<T, impl Failure>, message: &str) {
    let Err(error) = outcome else {
        panic!("it does not fail");
    };
    assert_eq!(error.code(), "request.panicked");
    assert!(!error.is_transient());
    let panicked: &Panicked = error.stopped().unwrap().reason().unwrap();
    assert_eq!(panicked.message, message);
}

#[tokio::test]
async fn the_application_goes_on_after_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(folder.path().join("log.db"));
    goes_on(sqlite.await.unwrap()).await;
    goes_on(MemoryStore::new()).await;
}

async fn goes_on(store: impl Store) {
    let app = Pericarp::builder(store).with(Parts::default()).build();
    assert_eq!(app.execute(Divide(1, 1)).await.unwrap(), 1);
    for _ in 0..3 {
        check(app.execute(Divide(1, 0)).await, "cannot divide by 0");
    }
    // Nothing of it was stored, and the stream is not left locked.
    assert_eq!(app.execute(Divide(1, 1)).await.unwrap(), 2);
    let lines = app.parts().diary.read();
    assert_eq!(lines[1], "command Divide by nobody: request.panicked");
    assert_eq!(lines[4], "command Divide by nobody: ok");
}

#[tokio::test]
async fn whatever_it_panics_with_is_told() {
    for (mishap, message) in [
        (Mishap::Text, "as text"),
        (Mishap::Formatted, "formatted 7"),
        (Mishap::Number, "not with a text"),
    ] {
        check(super::app().ask(Broken(mishap)).await, message);
    }
}

/// A handler need not be an `async fn`.
#[tokio::test]
async fn a_handler_may_panic_before_there_is_a_future() {
    struct AtOnce;

    impl<R: Request> Handler<R> for AtOnce {
        fn handle(&self, _: &mut Payload<R>) -> impl Future<Output = Outcome<R>> + Send {
            if R::NAME == "Broken" {
                panic!("at once");
            }
            std::future::pending()
        }
    }

    let mut payload = Payload::new(Broken(Mishap::Text));
    let outcome = <Broken as Request>::Chain::pass(&mut payload, &(), &AtOnce).await;
    check(outcome, "at once");
}

/// Panics when it is dropped, with another that panics when it is dropped, so many deep.
struct Grenade(u8);

impl Drop for Grenade {
    fn drop(&mut self) {
        if let Some(left) = self.0.checked_sub(1) {
            panic_any(Self(left));
        }
    }
}

/// What it panics with, and what is left of it, panic in their turn: that went past the middleware.
struct Explodes;

/// Ends, and panics when it is dropped.
struct Ends(Grenade);

impl<R: Request> Handler<R> for Explodes {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        panic_any(Grenade(3))
    }
}

struct ExplodesAtItsEnd;

impl Handler<Broken> for ExplodesAtItsEnd {
    fn handle(&self, _: &mut Payload<Broken>) -> impl Future<Output = Outcome<Broken>> + Send {
        Ends(Grenade(1))
    }
}

impl Future for Ends {
    type Output = Outcome<Broken>;

    fn poll(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        assert_eq!(self.0.0, 1);
        std::task::Poll::Ready(Ok(pericarp::Response::new(1)))
    }
}

type Caught = <Broken as Request>::Chain;

#[tokio::test]
async fn a_panic_that_brings_others_is_one_error() {
    let mut payload = Payload::new(Broken(Mishap::Text));
    let outcome = Caught::pass(&mut payload, &(), &Explodes).await;
    check(outcome, "not with a text");
    let outcome = Caught::pass(&mut payload, &(), &ExplodesAtItsEnd).await;
    check(outcome, "not with a text");
}

/// An observer that panics while a panic drops its request ended the process.
#[tokio::test]
async fn an_observer_that_panics_too_ends_no_process() {
    struct Nervous;

    impl pericarp::middleware::Observer for Nervous {
        fn observed(&self, seen: &pericarp::middleware::Seen<'_>) {
            assert_eq!(seen.failure, None, "I cannot look at it");
        }
    }

    impl pericarp::Provide<Self> for Nervous {
        fn provide(&self) -> &Self {
            self
        }
    }

    #[derive(Query)]
    #[query(on = Board, returns = u64, middleware(CatchPanic, Observe::<Nervous>::new()))]
    struct Watched;

    impl Answer<Watched> for Board {
        async fn answer(&self, _: &Watched) -> Result<u64, std::convert::Infallible> {
            Ok(self.score)
        }
    }

    let mut payload = Payload::new(Watched);
    let chain = <Watched as Request>::Chain::pass(&mut payload, &Nervous, &Explodes);
    check(chain.await, "not with a text");
}
