//! Every request of an application passes through its layers, outside of what it lists itself.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};

use pericarp::middleware::{CatchPanic, Layers, Middleware, Observe, Timeout};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{
    Context, ExecuteError, Handler, Outcome, Payload, Pericarp, Principal, Request, RequestKind,
    Response, Stopped, Timestamp, decide,
};

use super::{Board, Count, Diary, Parts, Passing, Refusal, Score};
use crate::domain::{Add, Added, Tally};

/// Made when the application starts.
struct Closing {
    after: u64,
    came: AtomicU64,
}

impl<R: Request> Middleware<R> for Closing {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        if self.came.fetch_add(1, Ordering::Relaxed) < self.after {
            next.handle(payload).await
        } else {
            Err(Stopped::new("test.closed", "it is late").into())
        }
    }
}

type App = Pericarp<MemoryStore, Parts, (Observe<Diary>, Passing, Closing)>;

fn closing_after(requests: u64) -> App {
    let after = std::hint::black_box(requests);
    let came = AtomicU64::new(0);
    Pericarp::builder(MemoryStore::new())
        .layer(Observe::<Diary>::new())
        .with(Parts::default())
        .layer(Passing("layer"))
        .layer(Closing { after, came })
        .build()
}

#[tokio::test]
async fn the_first_layer_is_outermost_and_all_are_outside_of_what_is_listed() {
    let app = closing_after(10);
    let words = String::from("one two");
    let words = words.as_str();
    assert_eq!(app.execute(Count { tally: 1, words }).await.unwrap(), 2);
    let command = app.parts().diary.read();
    assert_eq!(app.ask(Score { fails: false }).await.unwrap(), 0);
    let query = app.parts().diary.read();
    for (lines, kind, name) in [(command, "command", "Count"), (query, "query", "Score")] {
        let expected = [
            format!("layer {name}"),
            format!("outer {name}"),
            format!("inner {name}"),
            "inner back".into(),
            format!("{kind} {name} by nobody: ok"),
            "outer back".into(),
            "layer back".into(),
            format!("{kind} {name} by nobody: ok"),
        ];
        assert_eq!(lines, expected);
    }
}

#[tokio::test]
async fn every_way_in_leads_through_the_layers() {
    let app = closing_after(6);
    let add = || Add { tally: 1, n: 1 };
    let score = || Score { fails: false };
    app.execute(add()).await.unwrap();
    let context = Context::new(Timestamp::EPOCH);
    app.execute_with(&context, add()).await.unwrap();
    app.execute_payload(Payload::new(add())).await.unwrap();
    app.ask(score()).await.unwrap();
    app.ask_payload(Payload::new(score())).await.unwrap();
    app.handle(&mut Payload::new(add())).await.unwrap();

    // A clone is the same application.
    let same = app.clone();
    let code = "test.closed";
    assert_eq!(same.execute(add()).await.unwrap_err().code(), code);
    let late = app.execute_with(&context, add()).await.unwrap_err();
    assert_eq!(late.code(), code);
    let late = app.execute_payload(Payload::new(add())).await.unwrap_err();
    assert_eq!(late.code(), code);
    assert_eq!(app.ask(score()).await.unwrap_err().code(), code);
    let late = same.ask_payload(Payload::new(score())).await.unwrap_err();
    assert_eq!(late.code(), code);
    let late = same.handle(&mut Payload::new(score())).await.unwrap_err();
    assert_eq!(late.code(), code);
    let lines = app.parts().diary.read();
    let told = |end: &str| lines.iter().filter(|line| line.ends_with(end)).count();
    // The two queries that were answered list an observer of their own.
    assert_eq!((told(": ok"), told(": test.closed")), (8, 6));
}

/// A request that panics, with nothing listed.
#[derive(Command)]
#[command(aggregate = Tally)]
struct Fall(#[command(id)] u64);

impl Handle<Fall> for Tally {
    fn handle(tally: &mut Root<Self>, _: &Fall) -> Result<(), Refusal> {
        tally.emit(Added { n: 1 });
        panic!("it falls")
    }
}

#[tokio::test]
async fn a_layer_guards_requests_that_list_nothing() {
    let app = Pericarp::builder(MemoryStore::new())
        .layer(Timeout::secs(3_600))
        .layer(CatchPanic)
        .build();
    let error = app.execute(Fall(1)).await.unwrap_err();
    assert_eq!(error.code(), "request.panicked");
    assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), 1);
}

/// Says who asks, to those inside.
struct Signed(&'static str);

impl<R: Request> Middleware<R> for Signed {
    type Needs = ();

    const ROLE: &'static str = "authorisation";

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        payload.principal = Some(Principal::new(self.0));
        next.handle(payload).await
    }
}

/// Must know who asks.
struct Greeting;

impl<R: Request<Answer = u64>> Middleware<R> for Greeting {
    type Needs = ();

    const INSIDE_OF: &'static [&'static str] = &["authorisation"];

    async fn call(&self, payload: &mut Payload<R>, (): &(), _: &impl Handler<R>) -> Outcome<R> {
        let id = payload.principal.as_ref().map_or(0, |who| who.id.len());
        Ok(Response::new(id as u64))
    }
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Greeting))]
struct Greeted;

impl Answer<Greeted> for Board {
    async fn answer(&self, _: &Greeted) -> Result<u64, Infallible> {
        Ok(self.score)
    }
}

#[tokio::test]
async fn a_layer_may_be_what_others_must_be_inside_of() {
    let app = Pericarp::builder(MemoryStore::new())
        .with(Parts::default())
        .layer(Signed("ann"));
    assert_eq!(app.build().ask(Greeted).await.unwrap(), 3);
    // A layer for some requests is one for an application of these alone.
    let app = Pericarp::builder(MemoryStore::new())
        .with(Parts::default())
        .layer(Signed("bo"))
        .layer(Greeting);
    assert_eq!(app.build().ask(Greeted).await.unwrap(), 2);
}

/// Code that is generic over applications.
#[tokio::test]
async fn layers_are_a_type_that_can_be_named() {
    async fn twice<L: Layers<Add, ()>>(app: &Pericarp<MemoryStore, (), L>) -> u64 {
        let add = || Add { tally: 1, n: 1 };
        app.execute(add()).await.unwrap();
        app.execute(add()).await.unwrap()
    }
    async fn again<H: Handler<Add>>(app: H) -> u64 {
        let mut payload = Payload::new(Add { tally: 1, n: 1 });
        app.handle(&mut payload).await.unwrap().answer
    }
    let app = Pericarp::new(MemoryStore::new());
    assert_eq!(twice(&app).await, 2);
    let app = Pericarp::builder(MemoryStore::new()).layer(CatchPanic);
    let app = app.build();
    assert_eq!(twice(&app).await, 2);
    assert_eq!(again(app.clone()).await, 3);
    let elsewhere = tokio::spawn(async move { twice(&app).await });
    assert_eq!(elsewhere.await.unwrap(), 5);
}

#[tokio::test]
async fn there_may_be_twelve_layers() {
    let builder = Pericarp::builder(MemoryStore::new()).with(Parts::default());
    let builder = builder.layer(Passing("1")).layer(Passing("2"));
    let builder = builder.layer(Passing("3")).layer(Passing("4"));
    let builder = builder.layer(Passing("5")).layer(Passing("6"));
    let builder = builder.layer(Passing("7")).layer(Passing("8"));
    let builder = builder.layer(Passing("9")).layer(Passing("10"));
    let app = builder.layer(Passing("11")).layer(Passing("12")).build();
    app.execute(Add { tally: 1, n: 1 }).await.unwrap();
    let lines = app.parts().diary.read();
    let inwards = (1..=12).map(|place| format!("{place} Add"));
    let back = (1..=12).rev().map(|place| format!("{place} back"));
    assert_eq!(lines, inwards.chain(back).collect::<Vec<_>>());
}

/// What is no aggregate's affair alone.
struct Move {
    from: u64,
    to: u64,
}

impl Request for Move {
    const NAME: &'static str = "Move";
    const KIND: RequestKind = RequestKind::Command;
    type Answer = u64;
    type Error = ExecuteError<Refusal>;
    type Chain = ();
    type HandledBy = ();
}

/// Counts for both.
struct Mover<'a>(&'a App);

impl Handler<Move> for Mover<'_> {
    async fn handle(&self, payload: &mut Payload<Move>) -> Outcome<Move> {
        let Move { from, to } = payload.request;
        let mut roots = self.0.load_many::<Tally>(&[from, to]).await?;
        let mut work = self.0.unit_of_work();
        for (root, tally) in roots.iter_mut().zip([from, to]) {
            let added = decide(root, &Add { tally, n: 1 }, &Context::new(Timestamp::EPOCH));
            added.map_err(|error| Stopped::new(error.code(), error))?;
            work.add(root);
        }
        let committed = work.commit().await?;
        Ok(Response::new(2).committed(committed))
    }
}

#[tokio::test]
async fn a_request_of_ones_own_passes_through_the_layers_to_its_handler() {
    let app = closing_after(1);
    let mut payload = Payload::new(Move { from: 1, to: 2 });
    let response = app.pass(&mut payload, &Mover(&app)).await.unwrap();
    assert_eq!(response.committed.unwrap().streams.len(), 2);
    assert_eq!(
        app.parts().diary.read(),
        ["layer Move", "layer back", "command Move by nobody: ok"]
    );
    let late = app.pass(&mut payload, &Mover(&app)).await.unwrap_err();
    assert_eq!(late.code(), "test.closed");
}
