//! A chain of middlewares costs nothing but what they do.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use pericarp::middleware::{Chain, Middleware};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Handler, Outcome, Payload, Pericarp, Provide, Request, Response};
use pericarp_tests::allocations::count;

/// Lets everything pass.
struct Passing<const N: usize>;

impl<R: Request, const N: usize> Middleware<R> for Passing<N> {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        next.handle(payload).await
    }
}

struct Sums;

#[derive(Query)]
#[query(
    on = Sums,
    returns = u64,
    middleware(Passing::<1> {}, Passing::<2> {}, Passing::<3> {}, Passing::<4> {}, Passing::<5> {})
)]
struct Sum([u64; 32]);

impl Answer<Sum> for Sums {
    async fn answer(&self, query: &Sum) -> Result<u64, std::convert::Infallible> {
        Ok(query.0.iter().sum())
    }
}

impl AsRef<[u64]> for Sum {
    fn as_ref(&self) -> &[u64] {
        &self.0
    }
}

pub(crate) struct Adds;

impl<R: Request<Answer = u64> + AsRef<[u64]>> Handler<R> for Adds {
    async fn handle(&self, payload: &mut Payload<R>) -> Outcome<R> {
        Ok(Response::new(payload.request.as_ref().iter().sum()))
    }
}

pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for nothing"),
    }
}

impl Provide<Self> for Sums {
    fn provide(&self) -> &Self {
        self
    }
}

/// The same chain inside of an application with layers.
pub(crate) fn check_layers() {
    let app = Pericarp::builder(MemoryStore::new())
        .with(Sums)
        .layer(Passing::<6> {})
        .layer(Passing::<7> {})
        .layer(Passing::<8> {})
        .build();
    let before = count();
    let outcome = ready(app.ask(Sum([1; 32])));
    let allocations = count() - before;
    assert_eq!(outcome.unwrap(), 32);
    assert_eq!(allocations, 0);
}

/// A chain of five.
pub(crate) fn check() {
    let mut payload = Payload::new(Sum([1; 32]));
    let before = count();
    let outcome = ready(<Sum as Request>::Chain::pass(&mut payload, &(), &Adds));
    let allocations = count() - before;
    assert_eq!(outcome.unwrap().answer, 32);
    assert_eq!(allocations, 0);
    // The request is passed on by reference, so the future does not grow with it.
    let future = <Sum as Request>::Chain::pass(&mut payload, &(), &Adds);
    assert!(size_of_val(&future) <= 400, "{}", size_of_val(&future));
}
