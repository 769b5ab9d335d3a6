//! An application is a service of tower, and a layer of tower a middleware.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use pericarp::middleware::Only;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::tower::{Call, FromTower, TowerFailed};
use pericarp::{ExecuteError, Failure, Payload, Pericarp, Principal, Provide, Request};
use tokio::sync::Semaphore;
use tower::limit::{ConcurrencyLimitLayer, GlobalConcurrencyLimitLayer};
use tower::load_shed::LoadShedLayer;
use tower::timeout::TimeoutLayer;
use tower::timeout::error::Elapsed;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

use crate::domain::{Add, Refusal};

/// Each answer takes a permit.
struct Views {
    permits: Semaphore,
}

impl Provide<Self> for Views {
    fn provide(&self) -> &Self {
        self
    }
}

#[derive(Query)]
#[query(on = Views, returns = u64)]
struct Count;

impl Answer<Count> for Views {
    async fn answer(&self, _: &Count) -> Result<u64, Infallible> {
        self.permits.acquire().await.unwrap().forget();
        Ok(3)
    }
}

#[derive(Query)]
#[query(on = Views, returns = u64, middleware(Only("clerk")))]
struct Guarded;

impl Answer<Guarded> for Views {
    async fn answer(&self, _: &Guarded) -> Result<u64, Infallible> {
        Ok(5)
    }
}

fn views(permits: usize) -> Views {
    let permits = Semaphore::new(permits);
    Views { permits }
}

#[tokio::test]
async fn an_application_is_a_service_for_commands_and_queries() {
    let app = Pericarp::builder(MemoryStore::new()).with(views(1)).build();
    let add = app.service::<Add>();
    for total in [2, 4] {
        let payload = Payload::new(Add { tally: 1, n: 2 });
        let response = add.clone().oneshot(payload).await.unwrap();
        assert_eq!(response.answer, total);
        assert!(response.committed.is_some());
    }
    let refused = add.oneshot(Payload::new(Add { tally: 1, n: 2_000 })).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(Refusal))));
    let answered = app.service::<Count>().oneshot(Payload::new(Count)).await;
    assert_eq!(answered.unwrap().answer, 3);
    // It passes through what it lists.
    let guarded = app.service::<Guarded>();
    let denied = guarded.clone().oneshot(Payload::new(Guarded)).await;
    assert_eq!(denied.unwrap_err().code(), "request.unauthenticated");
    let clerk = Payload::new(Guarded).by(Principal::new("ann").with_role("clerk"));
    assert_eq!(guarded.oneshot(clerk).await.unwrap().answer, 5);
}

#[tokio::test]
async fn layers_of_tower_go_around_an_application() {
    let app = Pericarp::builder(MemoryStore::new()).with(views(0)).build();
    let limited = ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(app.service::<Count>());
    let mut first = limited.clone();
    let working = first.ready().await.unwrap().call(Payload::new(Count));
    let working = tokio::spawn(working);
    let shed = limited.oneshot(Payload::new(Count)).await.unwrap_err();
    assert!(shed.is::<tower::load_shed::error::Overloaded>());
    app.parts().permits.add_permits(1);
    assert_eq!(working.await.unwrap().unwrap().answer, 3);

    let hurried = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::ZERO))
        .service(app.service::<Count>());
    let late = hurried.oneshot(Payload::new(Count)).await.unwrap_err();
    assert!(late.is::<Elapsed>());
}

#[tokio::test]
async fn a_layer_of_tower_is_a_middleware() {
    let app = Pericarp::builder(MemoryStore::new())
        .with(views(2))
        .layer(FromTower::new(TimeoutLayer::new(Duration::from_secs(
            3_600,
        ))))
        .layer(FromTower::new(GlobalConcurrencyLimitLayer::new(1)))
        .build();
    for total in [1, 2] {
        assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), total);
        assert_eq!(app.ask(Count).await.unwrap(), 3);
    }
    // The request's own error comes through as it is.
    let refused = app.execute(Add { tally: 1, n: 2_000 }).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::Refused(Refusal)));
    let denied = app.ask(Guarded).await.unwrap_err();
    assert_eq!(denied.code(), "request.unauthenticated");
}

/// What it counts, it counts for all requests.
#[tokio::test]
async fn a_limit_of_tower_limits_all_requests() {
    let shedding = ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(1))
        .into_inner();
    let app = Pericarp::builder(MemoryStore::new())
        .with(views(0))
        .layer(FromTower::new(shedding))
        .build();
    let mut first = Box::pin(app.ask(Count));
    let mut context = Context::from_waker(std::task::Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    let error = app.execute(Add { tally: 1, n: 1 }).await.unwrap_err();
    assert_eq!(error.code(), "request.tower");
    assert_eq!(error.to_string(), "a layer of tower ended it");
    let failed: &TowerFailed = error.stopped().unwrap().reason().unwrap();
    assert!(failed.source.is::<tower::load_shed::error::Overloaded>());
    // One that is dropped makes place.
    drop(first);
    assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), 1);
}

#[tokio::test]
async fn a_timeout_of_tower_ends_a_request() {
    let app = Pericarp::builder(MemoryStore::new())
        .with(views(0))
        .layer(FromTower::new(TimeoutLayer::new(Duration::ZERO)))
        .build();
    let error = app.ask(Count).await.unwrap_err();
    let failed: &TowerFailed = error.stopped().unwrap().reason().unwrap();
    assert!(failed.source.is::<Elapsed>());
    assert!(!error.is_transient() && !error.is_refusal());
}

/// A layer written for tower sees the request, and may change what it comes with.
#[derive(Clone)]
struct Stamped<S> {
    inner: S,
    seen: Arc<AtomicU64>,
}

#[derive(Clone, Default)]
struct StampLayer(Arc<AtomicU64>);

impl<S> Layer<S> for StampLayer {
    type Service = Stamped<S>;

    fn layer(&self, inner: S) -> Stamped<S> {
        let seen = self.0.clone();
        Stamped { inner, seen }
    }
}

impl<'c, R: Request, S: Service<Call<'c, R>>> Service<Call<'c, R>> for Stamped<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut call: Call<'c, R>) -> S::Future {
        self.seen.fetch_add(1, Ordering::Relaxed);
        if call.payload().principal.is_none() {
            let clerk = Principal::new("door").with_role("clerk");
            call.payload_mut().principal = Some(clerk);
        }
        self.inner.call(call)
    }
}

#[tokio::test]
async fn a_layer_may_change_the_payload() {
    let stamp = StampLayer::default();
    let app = Pericarp::builder(MemoryStore::new())
        .with(views(0))
        .layer(FromTower::new(stamp.clone()))
        .build();
    assert_eq!(app.ask(Guarded).await.unwrap(), 5);
    let by_somebody = Payload::new(Guarded).by(Principal::new("ann"));
    let denied = app.ask_payload(by_somebody).await.unwrap_err();
    assert_eq!(denied.code(), "request.forbidden");
    assert_eq!(stamp.0.load(Ordering::Relaxed), 2);
}
