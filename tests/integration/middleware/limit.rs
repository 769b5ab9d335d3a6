//! So many requests are at work, so many wait for their turn, and the next is told.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use futures::task::noop_waker_ref;
use pericarp::middleware::{Chain, Layers, Limit, Permits, TooMany};
use pericarp::prelude::*;
use pericarp::{Failure, Handler, Outcome, Payload, Pericarp, Request, Response};

use super::Board;
use crate::domain::Add;

macro_rules! queries {
    ($($query:ident: $limit:expr;)+) => { $(
        #[derive(Query)]
        #[query(on = Board, returns = u64, middleware($limit))]
        struct $query;

        impl Answer<$query> for Board {
            async fn answer(&self, _: &$query) -> Result<u64, Infallible> {
                Ok(self.score)
            }
        }
    )+ };
}

static TWO: Permits = Permits::new(2, 0);

queries! {
    Shed: Limit::at_once(2);
    Queued: Limit::queued(1, 2);
    Left: Limit::queued(1, 2);
    Granted: Limit::queued(1, 2);
    Idle: Limit::queued(1, 3);
    OneOf: Limit::shared(&TWO);
    AnotherOf: Limit::shared(&TWO);
    Nothing: Limit::at_once(0);
    Crowded: Limit::queued(3, 1_000);
}

/// Is at work until it is told to end.
#[derive(Default)]
struct Working {
    begun: AtomicUsize,
    may_end: AtomicUsize,
    at_work: AtomicUsize,
}

/// Counts one who is at work, until they end or are dropped.
struct AtWork<'w>(&'w AtomicUsize);

impl<'w> AtWork<'w> {
    fn begin(count: &'w AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<R: Request<Answer = u64>> Handler<R> for Working {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        let _at_work = AtWork::begin(&self.at_work);
        let place = self.begun.fetch_add(1, Ordering::Relaxed);
        std::future::poll_fn(|_| match place < self.may_end.load(Ordering::Relaxed) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        Ok(Response::new(place as u64))
    }
}

impl Working {
    fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    fn at_work(&self) -> usize {
        self.at_work.load(Ordering::Relaxed)
    }

    fn end(&self, count: usize) {
        self.may_end.fetch_add(count, Ordering::Relaxed);
    }
}

/// A request on its way.
type Running<'w> = Pin<Box<dyn Future<Output = Result<u64, TooMany>> + Send + 'w>>;

fn start<'w, R>(request: R, working: &'w Working) -> Running<'w>
where
    R: Request<Answer = u64, Chain: Chain<R, ()>> + 'w,
{
    let mut running: Running<'w> = Box::pin(async move {
        let mut payload = Payload::new(request);
        let outcome = R::Chain::pass(&mut payload, &(), working).await;
        outcome.map(|response| response.answer).map_err(|error| {
            assert_eq!(error.code(), "request.too_many");
            assert!(error.is_transient() && !error.is_refusal());
            *error.stopped().unwrap().reason::<TooMany>().unwrap()
        })
    });
    // Whatever it comes to is remembered until it is asked for.
    let polled = poll(&mut running);
    match polled {
        Poll::Pending => running,
        Poll::Ready(output) => Box::pin(std::future::ready(output)),
    }
}

fn poll(running: &mut Running<'_>) -> Poll<Result<u64, TooMany>> {
    running
        .as_mut()
        .poll(&mut Context::from_waker(noop_waker_ref()))
}

/// What it comes to if it is polled again and again, and nothing else is.
fn insist(running: &mut Running<'_>) -> Result<u64, TooMany> {
    let mut polls = (0..100).map(|_| poll(running));
    match polls.find(Poll::is_ready) {
        Some(Poll::Ready(outcome)) => outcome,
        _ => panic!("it waits for somebody who is not polled"),
    }
}

#[track_caller]
fn check_too_many(running: &mut Running<'_>, limits: (usize, usize)) {
    let Poll::Ready(Err(too_many)) = poll(running) else {
        panic!("it is not refused");
    };
    assert_eq!((too_many.at_once, too_many.waiting), limits);
}

#[test]
fn one_too_many_is_told_at_once() {
    let working = Working::default();
    let mut first = start(Shed, &working);
    let second = start(Shed, &working);
    check_too_many(&mut start(Shed, &working), (2, 0));
    assert_eq!(working.begun(), 2);
    // One that ends makes place, and so does one that is dropped.
    working.end(1);
    assert_eq!(poll(&mut first), Poll::Ready(Ok(0)));
    let _third = start(Shed, &working);
    check_too_many(&mut start(Shed, &working), (2, 0));
    drop(second);
    let _fourth = start(Shed, &working);
    check_too_many(&mut start(Shed, &working), (2, 0));
    assert_eq!(working.begun(), 4);
}

#[test]
fn those_who_wait_get_their_turn_in_order() {
    let working = Working::default();
    let mut first = start(Queued, &working);
    let mut second = start(Queued, &working);
    let mut third = start(Queued, &working);
    check_too_many(&mut start(Queued, &working), (1, 2));
    assert!(poll(&mut third).is_pending() && poll(&mut second).is_pending());
    assert_eq!(working.begun(), 1);
    working.end(3);
    assert_eq!(poll(&mut first), Poll::Ready(Ok(0)));
    // It is the second's turn, whoever comes first.
    assert!(poll(&mut third).is_pending());
    let mut fourth = start(Queued, &working);
    assert!(poll(&mut fourth).is_pending());
    assert_eq!(poll(&mut second), Poll::Ready(Ok(1)));
    assert!(poll(&mut fourth).is_pending());
    assert_eq!(poll(&mut third), Poll::Ready(Ok(2)));
    working.end(1);
    assert_eq!(poll(&mut fourth), Poll::Ready(Ok(3)));
}

#[test]
fn who_leaves_the_queue_makes_place_in_it() {
    let working = Working::default();
    let mut first = start(Left, &working);
    let second = start(Left, &working);
    let mut third = start(Left, &working);
    drop(second);
    let fourth = start(Left, &working);
    check_too_many(&mut start(Left, &working), (1, 2));
    working.end(2);
    assert_eq!(poll(&mut first), Poll::Ready(Ok(0)));
    drop(fourth);
    assert_eq!(poll(&mut third), Poll::Ready(Ok(1)));
    working.end(1);
    assert_eq!(poll(&mut start(Left, &working)), Poll::Ready(Ok(2)));
}

/// It was granted a permit and is dropped before it sees it.
#[test]
fn a_permit_that_nobody_came_for_is_passed_on() {
    let working = Working::default();
    let first = start(Granted, &working);
    let second = start(Granted, &working);
    let mut third = start(Granted, &working);
    drop(first);
    drop(second);
    working.end(3);
    assert_eq!(poll(&mut third), Poll::Ready(Ok(1)));
    let first = start(Granted, &working);
    assert!(matches!(futures::executor::block_on(first), Ok(2)));
}

/// A permit that became free was given to whoever waited longest. If nobody polled them any more, since
/// the task that held them awaited another request, all waited for ever.
#[test]
fn one_who_waits_and_is_not_polled_holds_up_nobody() {
    let working = Working::default();
    let mut first = start(Idle, &working);
    let mut not_polled = start(Idle, &working);
    let mut also_not_polled = start(Idle, &working);
    let mut behind = start(Idle, &working);
    working.end(1);
    assert_eq!(poll(&mut first), Poll::Ready(Ok(0)));
    // It gives way a few times to those before it.
    working.end(1);
    assert!(poll(&mut behind).is_pending());
    assert_eq!(insist(&mut behind), Ok(1));
    // So does one that has just come.
    working.end(1);
    let mut last = start(Idle, &working);
    assert!(poll(&mut last).is_pending());
    assert_eq!(insist(&mut last), Ok(2));
    working.end(2);
    assert_eq!(poll(&mut not_polled), Poll::Ready(Ok(3)));
    assert_eq!(poll(&mut also_not_polled), Poll::Ready(Ok(4)));
}

/// The same on a runtime: the task that is to poll the first waits for the second.
#[tokio::test]
async fn a_task_may_await_one_request_while_another_of_its_waits() {
    let permits = (Limit::queued(1, 2),);
    let working = Working::default();
    let mut first = through(&permits, &working);
    assert!(poll(&mut first).is_pending());
    let mut waits = through(&permits, &working);
    assert!(poll(&mut waits).is_pending());
    working.end(3);
    drop(first);
    assert_eq!(through(&permits, &working).await, Ok(1));
    assert_eq!(waits.await, Ok(2));
}

#[test]
fn permits_may_be_shared() {
    let working = Working::default();
    let _one = start(OneOf, &working);
    let another = start(AnotherOf, &working);
    check_too_many(&mut start(OneOf, &working), (2, 0));
    drop(another);
    let _one = start(OneOf, &working);
    check_too_many(&mut start(AnotherOf, &working), (2, 0));
}

#[test]
fn none_at_once_is_one() {
    let working = Working::default();
    let _one = start(Nothing, &working);
    check_too_many(&mut start(Nothing, &working), (1, 0));
}

/// As a layer, it limits all of them together.
#[tokio::test]
async fn a_layer_limits_all_requests() {
    let app = Pericarp::builder(pericarp::store::MemoryStore::new())
        .layer(Limit::at_once(1))
        .build();
    let mut first = Box::pin(app.execute(Add { tally: 1, n: 1 }));
    let mut context = Context::from_waker(Waker::noop());
    // A store in memory does not make it wait, so it is at its end at once.
    assert!(matches!(
        first.as_mut().poll(&mut context),
        Poll::Ready(Ok(1))
    ));
    assert_eq!(app.execute(Add { tally: 1, n: 1 }).await.unwrap(), 2);
}

/// Whatever comes, waits, ends and is dropped: never are more at work than may be, nobody who may wait
/// is refused, and no permit is lost.
#[test]
fn no_permit_is_lost() {
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Start,
        Poll(usize),
        Drop(usize),
        End,
    }

    let step = prop_oneof![
        Just(Step::Start),
        (0..8usize).prop_map(Step::Poll),
        (0..8usize).prop_map(Step::Drop),
        Just(Step::End),
    ];
    let steps = proptest::collection::vec(step, 0..60);
    proptest!(|(at_once in 1..4usize, waiting in 0..4usize, steps in steps)| {
        let layers = (Limit::queued(at_once, waiting),);
        let working = Working::default();
        let mut alive: Vec<Running<'_>> = Vec::new();
        for step in steps {
            match step {
                Step::Start => {
                    let mut running = through(&layers, &working);
                    match poll(&mut running) {
                        Poll::Pending => alive.push(running),
                        Poll::Ready(Ok(_)) => {}
                        Poll::Ready(Err(_)) => prop_assert!(alive.len() >= at_once + waiting),
                    }
                }
                Step::Poll(place) if place < alive.len() => {
                    if poll(&mut alive[place]).is_ready() {
                        drop(alive.remove(place));
                    }
                }
                Step::Drop(place) if place < alive.len() => drop(alive.remove(place)),
                Step::End => working.end(1),
                Step::Poll(_) | Step::Drop(_) => {}
            }
            prop_assert!(working.at_work() <= at_once);
            prop_assert!(alive.len() <= at_once + waiting);
        }
        drop(alive);
        prop_assert_eq!(working.at_work(), 0);
        let working = Working::default();
        let full: Vec<_> = (0..at_once).map(|_| {
            let mut running = through(&layers, &working);
            assert!(poll(&mut running).is_pending());
            running
        }).collect();
        prop_assert_eq!(working.at_work(), at_once);
        drop(full);
    });
}

fn through<'w>(layers: &'w (Limit,), working: &'w Working) -> Running<'w> {
    Box::pin(async move {
        let mut payload = Payload::new(Shed);
        let outcome = Layers::around(layers, &mut payload, &(), working).await;
        outcome
            .map(|response| response.answer)
            .map_err(|error| *error.stopped().unwrap().reason::<TooMany>().unwrap())
    })
}

/// Gives way as often as it is told.
struct GivesWay<'c> {
    at_work: &'c AtomicUsize,
    most: &'c AtomicUsize,
}

impl<R: Request<Answer = u64>> Handler<R> for GivesWay<'_> {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        let at_work = 1 + self.at_work.fetch_add(1, Ordering::SeqCst);
        self.most.fetch_max(at_work, Ordering::SeqCst);
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        self.at_work.fetch_sub(1, Ordering::SeqCst);
        Ok(Response::new(1))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_passes_three_by_three() {
    static AT_WORK: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..200 {
        crowd.spawn(async {
            let handler = GivesWay {
                at_work: &AT_WORK,
                most: &MOST,
            };
            let mut payload = Payload::new(Crowded);
            let outcome = <Crowded as Request>::Chain::pass(&mut payload, &(), &handler).await;
            outcome.unwrap().answer
        });
    }
    assert_eq!(crowd.join_all().await.len(), 200);
    assert!(MOST.load(Ordering::SeqCst) <= 3);
}
