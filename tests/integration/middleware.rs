//! Requests pass through what they list, outermost first, commands and queries alike.

mod authorise;
mod catch_panic;
mod idempotent;
mod layers;
mod limit;
mod retry;
mod sizes;
mod trace;
mod validate;

use std::any::TypeId;
use std::convert::Infallible;
use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pericarp::middleware::{Chain, Middleware, Observe, Observer, Seen, TimedOut, Timeout};
use pericarp::prelude::*;
use pericarp::store::{MemoryStore, ReadLog, Store};
use pericarp::{
    AskError, Context, ExecuteError, Failure, Handler, Metadata, Outcome, Payload, Pericarp,
    Principal, Provide, Request, RequestKind, Response, Stopped, Timestamp,
};

use crate::domain::{Added, Refusal, Tally};

/// What the application of these tests is made of.
#[derive(Default)]
struct Parts {
    diary: Diary,
    board: Board,
}

/// Who came by, in order.
#[derive(Default)]
struct Diary(Mutex<Vec<String>>);

/// A read model.
#[derive(Default)]
struct Board {
    score: u64,
}

impl Provide<Diary> for Parts {
    fn provide(&self) -> &Diary {
        &self.diary
    }
}

impl Provide<Board> for Parts {
    fn provide(&self) -> &Board {
        &self.board
    }
}

impl Diary {
    fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn read(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Diary {
    fn observed(&self, seen: &Seen<'_>) {
        let user = seen.metadata.user_id.as_deref().unwrap_or("nobody");
        let end = seen.failure.unwrap_or("ok");
        self.note(format!("{} {} by {user}: {end}", seen.kind, seen.name));
    }
}

/// Notes when a request comes by, and when its outcome does.
struct Passing(&'static str);

impl<R: Request> Middleware<R> for Passing {
    type Needs = Diary;

    async fn call(
        &self,
        payload: &mut Payload<R>,
        diary: &Diary,
        next: &impl Handler<R>,
    ) -> Outcome<R> {
        diary.note(format!("{} {}", self.0, R::NAME));
        let outcome = next.handle(payload).await;
        diary.note(format!("{} back", self.0));
        outcome
    }
}

/// Lets so many through, ever.
struct First {
    most: u64,
    came: AtomicU64,
}

impl First {
    const fn of(most: u64) -> Self {
        let came = AtomicU64::new(0);
        Self { most, came }
    }
}

#[derive(Debug, thiserror::Error, PartialEq)]
#[error("the first {0} have come already")]
struct Late(u64);

impl<R: Request> Middleware<R> for First {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        if self.came.fetch_add(1, Ordering::Relaxed) < self.most {
            next.handle(payload).await
        } else {
            Err(Stopped::new("test.late", Late(self.most)).into())
        }
    }
}

/// Tries again until it is not refused.
struct Insist;

impl<R: Request> Middleware<R> for Insist {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        loop {
            payload.metadata_mut().causation_id = Some("insisted".into());
            match next.handle(payload).await {
                Err(error) if error.code() == "command.refused" => {}
                outcome => return outcome,
            }
        }
    }
}

/// Answers queries itself.
struct Always(u64);

impl<R: Query<Answer = u64>> Middleware<R> for Always {
    type Needs = ();

    async fn call(&self, _: &mut Payload<R>, (): &(), _: &impl Handler<R>) -> Outcome<R> {
        Ok(Response::new(self.0))
    }
}

#[derive(Command)]
#[command(
    aggregate = Tally,
    returns = u64,
    middleware(Passing("outer"), Observe::<Diary>::new(), Passing("inner"))
)]
struct Count<'a> {
    #[command(id)]
    tally: u64,
    words: &'a str,
}

impl Handle<Count<'_>> for Tally {
    fn handle(tally: &mut Root<Self>, count: &Count<'_>) -> Result<u64, Refusal> {
        if count.words.is_empty() {
            return Err(Refusal);
        }
        tally.emit(Added {
            n: count.words.split_whitespace().count() as u64,
        });
        Ok(tally.total)
    }
}

#[derive(Query)]
#[query(
    on = Board,
    returns = u64,
    error = Refusal,
    middleware(Passing("outer"), Observe::<Diary>::new(), Passing("inner"))
)]
struct Score {
    fails: bool,
}

impl Answer<Score> for Board {
    async fn answer(&self, query: &Score) -> Result<u64, Refusal> {
        if query.fails {
            return Err(Refusal);
        }
        Ok(self.score)
    }
}

fn app() -> Pericarp<MemoryStore, Parts> {
    let board = Board { score: 7 };
    let parts = Parts {
        board,
        ..Parts::default()
    };
    Pericarp::builder(MemoryStore::new()).with(parts).build()
}

#[tokio::test]
async fn the_first_that_is_listed_is_outermost() {
    let app = app();
    let words = String::from("one two");
    let count = Count {
        tally: 1,
        words: &words,
    };
    assert_eq!(app.execute(count).await.unwrap(), 2);
    let command = app.parts().diary.read();
    assert_eq!(app.ask(Score { fails: false }).await.unwrap(), 7);
    let query = app.parts().diary.read();
    for (lines, kind, name) in [(command, "command", "Count"), (query, "query", "Score")] {
        let expected = [
            format!("outer {name}"),
            format!("inner {name}"),
            "inner back".into(),
            format!("{kind} {name} by nobody: ok"),
            "outer back".into(),
        ];
        assert_eq!(lines, expected);
    }
}

#[tokio::test]
async fn a_refusal_comes_back_through_all_of_them() {
    let app = app();
    let refused = app
        .execute(Count {
            tally: 1,
            words: "",
        })
        .await;
    assert!(matches!(refused, Err(ExecuteError::Refused(Refusal))));
    let lines = app.parts().diary.read();
    assert!(lines.contains(&"command Count by nobody: command.refused".into()));
    assert_eq!(lines.last().map(String::as_str), Some("outer back"));

    let failed = app.ask(Score { fails: true }).await;
    assert!(matches!(failed, Err(AskError::Failed(Refusal))));
    let lines = app.parts().diary.read();
    assert!(lines.contains(&"query Score by nobody: query.failed".into()));
}

/// Those who log and count tell a no from a failure.
#[tokio::test]
async fn a_refusal_is_told_from_a_failure() {
    let app = app();
    let words = "";
    let refused = app.execute(Count { tally: 1, words }).await.unwrap_err();
    assert!(refused.is_refusal() && !refused.is_transient());
    let door = |number| crate::domain::Open { door: number };
    let missing = app.execute(door(1)).await.unwrap_err();
    assert_eq!(missing.code(), "command.not_found");
    assert!(missing.is_refusal());
    // What a read model says may be either.
    let failed = app.ask(Score { fails: true }).await.unwrap_err();
    assert!(!failed.is_refusal());
    let stopped = || Stopped::new("test.stopped", "it is late");
    assert!(!stopped().is_refusal() && stopped().refusal().is_refusal());
}

#[tokio::test]
async fn a_request_brings_who_asks_and_when() {
    let app = app();
    let payload = Payload::new(Count {
        tally: 1,
        words: "one",
    })
    .with_metadata(Metadata {
        correlation_id: Some("order-17".into()),
        ..Metadata::default()
    })
    .at(Timestamp::from_micros(5))
    .by(Principal::new("ann"));
    let response = app.execute_payload(payload).await.unwrap();
    assert_eq!(response.answer, 1);
    assert_eq!(response.committed.unwrap().first.get(), 1);

    let mut pages = app.store().pages(ReadLog::all());
    let page = pages.next().await.unwrap().unwrap();
    let event = page.first().unwrap();
    assert_eq!(event.occurred_at, Timestamp::from_micros(5));
    let metadata = r#"{"correlation_id":"order-17","user_id":"ann"}"#;
    assert_eq!(event.metadata, metadata);
    let lines = app.parts().diary.read();
    assert!(lines.contains(&"command Count by ann: ok".into()));
}

#[tokio::test]
async fn a_dropped_request_is_observed() {
    let diary = Diary::default();
    let parts = OnlyDiary(&diary);
    {
        let mut payload = Payload::new(Watched);
        let mut outcome = Box::pin(<Watched as Request>::Chain::pass(
            &mut payload,
            &parts,
            &Never,
        ));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(outcome.as_mut().poll(&mut context).is_pending());
        assert!(diary.read().is_empty());
    }
    assert_eq!(diary.read(), ["query Watched by nobody: request.dropped"]);
}

struct OnlyDiary<'d>(&'d Diary);

impl Provide<Diary> for OnlyDiary<'_> {
    fn provide(&self) -> &Diary {
        self.0
    }
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Observe::<Diary>::new()))]
struct Watched;

impl Answer<Watched> for Board {
    async fn answer(&self, _: &Watched) -> Result<u64, Infallible> {
        Ok(self.score)
    }
}

/// Answers nothing, ever.
struct Never;

impl<R: Request> Handler<R> for Never {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        pending().await
    }
}

/// Gives way to others before it answers.
struct Slow;

impl<R: Request<Answer = u64>> Handler<R> for Slow {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        tokio::task::yield_now().await;
        Ok(Response::new(3))
    }
}

#[derive(Command)]
#[command(aggregate = Tally, returns = u64, middleware(Timeout::millis(1)))]
struct Hurry(#[command(id)] u64);

impl Handle<Hurry> for Tally {
    fn handle(tally: &mut Root<Self>, _: &Hurry) -> Result<u64, Refusal> {
        Ok(tally.total)
    }
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Timeout::millis(1)))]
struct HurriedScore;

impl Answer<HurriedScore> for Board {
    async fn answer(&self, _: &HurriedScore) -> Result<u64, Infallible> {
        Ok(self.score)
    }
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Timeout::secs(3_600)))]
struct PatientScore;

impl Answer<PatientScore> for Board {
    async fn answer(&self, _: &PatientScore) -> Result<u64, Infallible> {
        Ok(self.score)
    }
}

/// The chain of a request, before a handler.
async fn pass<R: Request>(request: R, handler: impl Handler<R>) -> Outcome<R>
where
    R::Chain: Chain<R, Parts>,
{
    let mut payload = Payload::new(request);
    R::Chain::pass(&mut payload, &Parts::default(), &handler).await
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let check = |error: &dyn ErasedFailure, transient| {
        let (code, after) = error.timed_out().unwrap();
        assert_eq!(code, "request.timed_out");
        assert_eq!(after, Duration::from_millis(1));
        assert_eq!(error.transient(), transient);
    };
    // A command may have been carried out, so it is not repeated blindly.
    check(&pass(Hurry(1), Never).await.unwrap_err(), false);
    check(&pass(HurriedScore, Never).await.unwrap_err(), true);
    let answer = |outcome: Outcome<PatientScore>| outcome.unwrap().answer;
    assert_eq!(answer(pass(PatientScore, Slow).await), 3);
    assert_eq!(app().ask(PatientScore).await.unwrap(), 7);
}

trait ErasedFailure {
    fn timed_out(&self) -> Option<(&'static str, Duration)>;
    fn transient(&self) -> bool;
}

impl<F: Failure> ErasedFailure for F {
    fn timed_out(&self) -> Option<(&'static str, Duration)> {
        let timed_out: &TimedOut = self.stopped()?.reason()?;
        Some((self.code(), timed_out.after))
    }

    fn transient(&self) -> bool {
        self.is_transient()
    }
}

#[derive(Command)]
#[command(aggregate = Tally, returns = u64, middleware(First::of(2)))]
struct Enter<T: Copy + Send + Sync>(#[command(id)] u64, T);

impl<T: Copy + Send + Sync> Handle<Enter<T>> for Tally {
    fn handle(tally: &mut Root<Self>, _: &Enter<T>) -> Result<u64, Refusal> {
        tally.emit(Added { n: 1 });
        Ok(tally.total)
    }
}

#[tokio::test]
async fn a_middleware_is_one_for_all_requests_of_a_type() {
    let app = Pericarp::new(MemoryStore::new());
    assert_eq!(app.execute(Enter(1, 'a')).await.unwrap(), 1);
    assert_eq!(app.execute(Enter(2, 5)).await.unwrap(), 1);
    let late = app.execute(Enter(1, 'a')).await.unwrap_err();
    assert_eq!(late.code(), "test.late");
    assert_eq!(late.to_string(), "the first 2 have come already");
    assert_eq!(late.stopped().unwrap().reason(), Some(&Late(2)));
    let error = pericarp::Error::from(late);
    assert_eq!(error.code(), "test.late");
}

#[derive(Command)]
#[command(aggregate = Tally, middleware(Insist))]
struct Push(#[command(id)] u64, AtomicU64);

impl Handle<Push> for Tally {
    fn handle(tally: &mut Root<Self>, push: &Push) -> Result<(), Refusal> {
        if push.1.fetch_add(1, Ordering::Relaxed) < 3 {
            return Err(Refusal);
        }
        tally.emit(Added { n: 1 });
        Ok(())
    }
}

#[tokio::test]
async fn a_middleware_may_call_what_is_inside_again_and_change_what_it_is_given() {
    let app = Pericarp::new(MemoryStore::new());
    let context = Context::new(Timestamp::EPOCH).with_metadata(&Metadata {
        user_id: Some("ann".into()),
        ..Metadata::default()
    });
    let push = Push(1, AtomicU64::new(0));
    let response = app.execute_with(&context, push).await.unwrap();
    assert!(response.committed.is_some());
    let mut pages = app.store().pages(ReadLog::all());
    let page = pages.next().await.unwrap().unwrap();
    let metadata = r#"{"causation_id":"insisted","user_id":"ann"}"#;
    assert_eq!(page.first().unwrap().metadata, metadata);
    // Others who share it keep what they have.
    assert_eq!(context.metadata_json(), r#"{"user_id":"ann"}"#);
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Always(5), Passing("never")))]
enum Best {
    Ever,
}

impl Answer<Best> for Board {
    async fn answer(&self, _: &Best) -> Result<u64, Infallible> {
        Ok(self.score)
    }
}

#[tokio::test]
async fn a_middleware_may_answer_itself() {
    let app = app();
    assert_eq!(app.ask(Best::Ever).await.unwrap(), 5);
    assert!(app.parts().diary.read().is_empty());
}

#[test]
fn a_chain_is_a_type_that_can_be_named() {
    fn chain<R: Request<Chain: 'static>>() -> TypeId {
        TypeId::of::<R::Chain>()
    }
    assert_eq!(
        chain::<Count<'_>>(),
        TypeId::of::<(Passing, Observe<Diary>, Passing)>()
    );
    assert_eq!(chain::<Enter<u8>>(), TypeId::of::<(First,)>());
    assert_eq!(chain::<crate::domain::Add>(), TypeId::of::<()>());
    assert_eq!(<Count<'_> as Request>::NAME, "Count");
    assert_eq!(<Count<'_> as Request>::KIND, RequestKind::Command);
    assert_eq!(<Best as Request>::KIND, RequestKind::Query);
}

/// Requests are handled on any thread, even such as borrow.
#[tokio::test]
async fn a_chain_can_be_sent_to_another_thread() {
    let app = app();
    let counting = app.clone();
    let command = tokio::spawn(async move {
        let words = String::from("one two three");
        let count = Count {
            tally: 1,
            words: &words,
        };
        counting.execute(count).await.unwrap()
    });
    let query = tokio::spawn(async move { app.ask(Score { fails: false }).await.unwrap() });
    assert_eq!((command.await.unwrap(), query.await.unwrap()), (3, 7));
}
