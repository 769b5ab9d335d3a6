//! Middlewares: listed, written, tested.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};

use pericarp::middleware::{Chain, Middleware, Observe, Observer, Only, Seen, TimedOut, Timeout};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{
    ExecuteError, Failure, Handler, Payload, Pericarp, Principal, Provide, Request, Response,
    Stopped,
};
use serde::{Deserialize, Serialize};

use crate::Outcome;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "till.opened")]
struct TillOpened;

#[derive(Aggregate, Default)]
#[aggregate(category = "till", id = u64, events(TillOpened))]
struct Till;

impl Apply<TillOpened> for Till {
    fn apply(&mut self, _: TillOpened, _: &Meta<'_>) {}
}

// ANCHOR: listed
#[derive(Command)]
#[command(
    aggregate = Till,
    middleware(Observe::<Failures>::new(), Only("teller"), Timeout::millis(250))
)]
struct OpenTill(#[command(id)] u64);
// ANCHOR_END: listed

impl Handle<OpenTill> for Till {
    fn handle(till: &mut Root<Self>, _: &OpenTill) -> Result<(), Infallible> {
        till.emit(TillOpened);
        Ok(())
    }
}

// ANCHOR: written
/// Notes in the metadata of events through which door their command came.
struct Via(&'static str);

impl<R: Request> Middleware<R> for Via {
    type Needs = ();

    async fn call(
        &self,
        payload: &mut Payload<R>,
        (): &(),
        next: &impl Handler<R>,
    ) -> pericarp::Outcome<R> {
        let extra = &mut payload.metadata_mut().extra;
        extra.entry("via").or_insert_with(|| self.0.into());
        next.handle(payload).await
    }
}
// ANCHOR_END: written

// ANCHOR: observer
#[derive(Default)]
struct Failures(AtomicU64);

impl Observer for Failures {
    fn observed(&self, seen: &Seen<'_>) {
        if let Some(code) = seen.failure {
            self.0.fetch_add(1, Ordering::Relaxed);
            println!(
                "{} {} failed after {:?}: {code}",
                seen.kind, seen.name, seen.elapsed
            );
        }
    }
}
// ANCHOR_END: observer

// ANCHOR: parts
#[derive(Default)]
struct Parts {
    failures: Failures,
    quota: Quota,
}

impl Provide<Failures> for Parts {
    fn provide(&self) -> &Failures {
        &self.failures
    }
}
// ANCHOR_END: parts

// ANCHOR: needs
/// How many requests there may still be.
#[derive(Default)]
struct Quota {
    left: AtomicU64,
}

/// Takes so much of the quota.
struct Costs(u64);

impl<R: Request> Middleware<R> for Costs {
    type Needs = Quota;

    const INSIDE_OF: &'static [&'static str] = &["authorisation"];

    async fn call(
        &self,
        payload: &mut Payload<R>,
        quota: &Quota,
        next: &impl Handler<R>,
    ) -> pericarp::Outcome<R> {
        let take = |left: u64| left.checked_sub(self.0);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        match quota.left.fetch_update(set, fetch, take) {
            Ok(_) => next.handle(payload).await,
            Err(_) => {
                let stopped = Stopped::new("request.quota", "the quota is used up; try tomorrow");
                Err(stopped.transient().into())
            }
        }
    }
}

impl Provide<Quota> for Parts {
    fn provide(&self) -> &Quota {
        &self.quota
    }
}
// ANCHOR_END: needs

#[derive(Command)]
#[command(aggregate = Till, middleware(Only("teller"), Via("counter"), Costs(2)))]
struct CountTill(#[command(id)] u64);

impl Handle<CountTill> for Till {
    fn handle(_: &mut Root<Self>, _: &CountTill) -> Result<(), Infallible> {
        Ok(())
    }
}

#[tokio::test]
async fn requests_pass_through_what_they_list() -> Outcome {
    // ANCHOR: passed
    let app = Pericarp::builder(MemoryStore::new())
        .with(Parts::default())
        .build();
    let teller = Principal::new("ann").with_role("teller");
    app.execute_payload(Payload::new(OpenTill(1)).by(teller))
        .await?;

    let stopped = app.execute(OpenTill(2)).await;
    assert!(matches!(&stopped, Err(ExecuteError::Stopped(_))));
    assert_eq!(app.parts().failures.0.load(Ordering::Relaxed), 1);
    // ANCHOR_END: passed
    assert_eq!(
        stopped.err().map(|error| error.code()),
        Some("request.unauthenticated")
    );
    Ok(())
}

#[tokio::test]
async fn a_quota_runs_out() -> Outcome {
    let parts = Parts::default();
    parts.quota.left.store(3, Ordering::Relaxed);
    let app = Pericarp::builder(MemoryStore::new()).with(parts).build();
    let ann = || Payload::new(CountTill(1)).by(Principal::new("ann").with_role("teller"));
    app.execute_payload(ann()).await?;
    let Err(error) = app.execute_payload(ann()).await else {
        return Err("the quota is not for two".into());
    };
    assert_eq!(error.code(), "request.quota");
    assert!(error.is_transient());
    Ok(())
}

// ANCHOR: tested
/// What is inside of the chain, in a test.
struct Hangs;

impl<R: Request> Handler<R> for Hangs {
    async fn handle(&self, _: &mut Payload<R>) -> pericarp::Outcome<R> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_till_that_hangs_is_given_up() {
    type Listed = <OpenTill as Request>::Chain;
    let _: Option<Listed> = None::<(Observe<Failures>, Only, Timeout)>;

    let mut payload = Payload::new(OpenTill(1)).by(Principal::new("ann").with_role("teller"));
    let parts = Parts::default();
    let outcome = Listed::pass(&mut payload, &parts, &Hangs).await;
    let timed_out = match &outcome {
        Err(ExecuteError::Stopped(stopped)) => stopped.reason::<TimedOut>(),
        _ => None,
    };
    assert!(timed_out.is_some());
    assert_eq!(parts.failures.0.load(Ordering::Relaxed), 1);
}
// ANCHOR_END: tested

// ANCHOR: for_queries
/// Answers from what was answered before, which a command must not.
struct Remembered;

impl<R: Query<Answer: Copy + Sync>> Middleware<R> for Remembered {
    type Needs = Memory<R::Answer>;

    async fn call(
        &self,
        payload: &mut Payload<R>,
        memory: &Memory<R::Answer>,
        next: &impl Handler<R>,
    ) -> pericarp::Outcome<R> {
        if let Some(answer) = memory.last {
            return Ok(Response::new(answer));
        }
        next.handle(payload).await
    }
}
// ANCHOR_END: for_queries

struct Memory<T> {
    last: Option<T>,
}

#[derive(Query)]
#[query(on = Floor, returns = u64, middleware(Remembered))]
struct OpenTills;

struct Floor {
    tills: Memory<u64>,
}

impl Answer<OpenTills> for Floor {
    async fn answer(&self, _: &OpenTills) -> Result<u64, Infallible> {
        Ok(2)
    }
}

impl Provide<Self> for Floor {
    fn provide(&self) -> &Self {
        self
    }
}

impl Provide<Memory<u64>> for Floor {
    fn provide(&self) -> &Memory<u64> {
        &self.tills
    }
}

#[tokio::test]
async fn a_query_is_answered_from_memory() -> Outcome {
    for (last, answer) in [(None, 2), (Some(5), 5)] {
        let tills = Memory { last };
        let floor = Floor { tills };
        let app = Pericarp::builder(MemoryStore::new()).with(floor).build();
        assert_eq!(app.ask(OpenTills).await?, answer);
    }
    Ok(())
}
