//! A chain of middlewares that let everything pass, beside the call it leads to.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use pericarp::middleware::{Chain, Middleware};
use pericarp::prelude::*;
use pericarp::{Handler, Outcome, Payload, Request, Response};

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
        Ok(add(&query.0))
    }
}

struct Adds;

impl Handler<Sum> for Adds {
    async fn handle(&self, payload: &mut Payload<Sum>) -> Outcome<Sum> {
        Ok(Response::new(add(&payload.request.0)))
    }
}

#[inline(never)]
pub(crate) fn add(numbers: &[u64]) -> u64 {
    black_box(numbers).iter().sum()
}

pub(crate) fn five(rounds: u64) {
    let mut payload = Payload::new(Sum([1; 32]));
    for _ in 0..rounds {
        let payload = black_box(&mut payload);
        // `()` provides what each of them needs, which is nothing.
        answered(ready(<Sum as Request>::Chain::pass(payload, &(), &Adds)));
    }
}

pub(crate) fn bare(rounds: u64) {
    let mut payload = Payload::new(Sum([1; 32]));
    for _ in 0..rounds {
        answered(ready(Adds.handle(black_box(&mut payload))));
    }
}

fn answered(outcome: Outcome<Sum>) {
    let answer = outcome.map(|response| response.answer).ok();
    assert_eq!(black_box(answer), Some(32));
}

pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for nothing"),
    }
}
