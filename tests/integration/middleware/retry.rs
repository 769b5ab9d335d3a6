//! What failed for a passing reason is tried again, so often and no longer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pericarp::middleware::{Chain, Retry, Timeout};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::testing::{Fault, Faulty};
use pericarp::{Handler, Outcome, Payload, Pericarp, Request, Response, Stopped};

use super::{Board, Refusal};
use crate::domain::{Added, Tally};

/// Three attempts after the first, none of which waits.
#[derive(Query)]
#[query(
    on = Board,
    returns = u64,
    middleware(Retry::attempts(4).waiting(Duration::ZERO, Duration::ZERO))
)]
struct Score;

#[derive(Query)]
#[query(
    on = Board,
    returns = u64,
    middleware(
        Retry::attempts(4).waiting(Duration::ZERO, Duration::ZERO).within(Duration::ZERO)
    )
)]
struct LateScore;

#[derive(Query)]
#[query(
    on = Board,
    returns = u64,
    middleware(
        Retry::attempts(4).waiting(Duration::ZERO, Duration::ZERO).within(Duration::MAX)
    )
)]
struct PatientScore;

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Retry::attempts(0)))]
struct OneScore;

macro_rules! answered {
    ($($query:ident)+) => { $(
        impl Answer<$query> for Board {
            async fn answer(&self, _: &$query) -> Result<u64, std::convert::Infallible> {
                Ok(self.score)
            }
        }
    )+ };
}

/// It waits for an hour before each further attempt.
#[derive(Query)]
#[query(
    on = Board,
    returns = u64,
    middleware(
        Timeout::new(Duration::ZERO),
        Retry::attempts(4).waiting(Duration::from_secs(3_600), Duration::from_secs(3_600))
    )
)]
struct HurriedScore;

answered! { Score LateScore PatientScore OneScore HurriedScore }

/// Fails so often, then answers with how often it was asked.
struct Failing {
    times: u64,
    is_transient: bool,
    asked: AtomicU64,
}

impl<R: Request<Answer = u64>> Handler<R> for Failing {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        let asked = 1 + self.asked.fetch_add(1, Ordering::Relaxed);
        if asked > self.times {
            return Ok(Response::new(asked));
        }
        let stopped = Stopped::new("test.failing", "it fails");
        Err(match self.is_transient {
            true => stopped.transient().into(),
            false => stopped.into(),
        })
    }
}

/// How a request ends whose handler fails so often, and how often that was asked.
async fn asked<R>(request: R, times: u64, is_transient: bool) -> (Option<u64>, u64)
where
    R: Request<Answer = u64, Chain: Chain<R, ()>>,
{
    let asked = AtomicU64::new(0);
    let failing = Failing {
        times,
        is_transient,
        asked,
    };
    let mut payload = Payload::new(request);
    let outcome = R::Chain::pass(&mut payload, &(), &failing).await;
    let answer = outcome.ok().map(|response| response.answer);
    (answer, failing.asked.into_inner())
}

/// Outside of it, a timeout is for all attempts together, the time between them included.
#[tokio::test]
async fn a_timeout_around_ends_all_attempts() {
    assert_eq!(asked(HurriedScore, 0, true).await, (Some(1), 1));
    assert_eq!(asked(HurriedScore, 1, true).await, (None, 1));
}

#[tokio::test]
async fn it_is_tried_again_as_often_as_may_be() {
    assert_eq!(asked(Score, 0, true).await, (Some(1), 1));
    assert_eq!(asked(Score, 3, true).await, (Some(4), 4));
    assert_eq!(asked(Score, 4, true).await, (None, 4));
    assert_eq!(asked(OneScore, 1, true).await, (None, 1));
}

#[tokio::test]
async fn what_does_not_pass_is_not_tried_again() {
    assert_eq!(asked(Score, 1, false).await, (None, 1));
}

#[tokio::test]
async fn when_its_time_is_over_it_is_not_tried_again() {
    assert_eq!(asked(LateScore, 1, true).await, (None, 1));
    assert_eq!(asked(PatientScore, 3, true).await, (Some(4), 4));
}

#[derive(Command)]
#[command(
    aggregate = Tally,
    returns = u64,
    middleware(Retry::attempts(3).waiting(Duration::ZERO, Duration::ZERO))
)]
struct Count(#[command(id)] u64);

impl Handle<Count> for Tally {
    fn handle(tally: &mut Root<Self>, _: &Count) -> Result<u64, Refusal> {
        tally.emit(Added { n: 1 });
        Ok(tally.total)
    }
}

/// A command is repeated if the store says that nothing was stored, and else is not.
#[tokio::test]
async fn a_command_is_never_carried_out_twice() {
    let app = Pericarp::new(Faulty::new(MemoryStore::new()));
    app.store().plan(Fault::Refuse);
    app.store().plan(Fault::Refuse);
    app.store().plan(Fault::FailRead);
    let error = app.execute(Count(1)).await.unwrap_err();
    assert_eq!(error.code(), "append.failed", "three attempts failed");
    assert_eq!(app.execute(Count(1)).await.unwrap(), 1);

    app.store().plan(Fault::LoseAnswer);
    app.store().plan(Fault::LoseRequest);
    let error = app.execute(Count(1)).await.unwrap_err();
    assert_eq!(error.code(), "append.outcome_unknown");
    assert_eq!(app.execute(Count(1)).await.unwrap(), 3, "it was stored");
}
