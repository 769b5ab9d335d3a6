//! A traced request is logged as it ends, and costs nothing where nobody listens.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pericarp::middleware::{Chain, Middleware, Trace};
use pericarp::prelude::*;
use pericarp::{
    Clock, Handler, Metadata, Outcome, Payload, Request, Response, Stopped, SystemClock, Timestamp,
};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event as Line, Level, Metadata as Callsite, Subscriber};

use super::{Board, Never, Refusal};
use crate::domain::Tally;

/// Each reading of it is 7 ms after the one before. What a request lists is a `static`, so the
/// readings of a thread are counted, of which each test has its own.
struct Ticking;

thread_local! {
    static READINGS: AtomicU64 = const { AtomicU64::new(0) };
    static BEGUN: Instant = Instant::now();
}

fn readings() -> u64 {
    READINGS.with(|readings| readings.load(Ordering::Relaxed))
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn instant(&self) -> Instant {
        let readings = READINGS.with(|readings| readings.fetch_add(1, Ordering::Relaxed));
        BEGUN.with(|begun| *begun) + Duration::from_millis(7 * readings)
    }
}

#[derive(Command)]
#[command(aggregate = Tally, returns = u64, middleware(Trace::<Ticking>::timed_by(Ticking)))]
struct Count(#[command(id)] u64);

impl Handle<Count> for Tally {
    fn handle(tally: &mut Root<Self>, _: &Count) -> Result<u64, Refusal> {
        Ok(tally.total)
    }
}

#[derive(Query)]
#[query(on = Board, returns = u64, middleware(Trace::<Ticking>::timed_by(Ticking)))]
struct Score;

impl Answer<Score> for Board {
    async fn answer(&self, _: &Score) -> Result<u64, std::convert::Infallible> {
        Ok(self.score)
    }
}

/// Answers with three.
struct Three;

impl<R: Request<Answer = u64>> Handler<R> for Three {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        Ok(Response::new(3))
    }
}

/// Fails, for a reason that has a cause.
struct Fails;

#[derive(Debug, thiserror::Error)]
#[error("the tally is shut")]
struct Shut {
    source: Refusal,
}

impl<R: Request> Handler<R> for Fails {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        Err(Stopped::new("test.shut", Shut { source: Refusal }).into())
    }
}

/// Says no, as it should.
struct Refuses;

impl<R: Request> Handler<R> for Refuses {
    async fn handle(&self, _: &mut Payload<R>) -> Outcome<R> {
        let stopped = Stopped::new("test.refused", Shut { source: Refusal });
        Err(stopped.refusal().into())
    }
}

/// Passes a request of type `R` to `handler` while events up to `level` are recorded.
fn logged<R: Request>(level: LevelFilter, request: R, handler: impl Handler<R>) -> Vec<String>
where
    R::Chain: Chain<R, ()>,
{
    let recorder = Recorder::up_to(level);
    let lines = recorder.lines.clone();
    let _recording = tracing::subscriber::set_default(recorder);
    let metadata = Metadata {
        trace_id: Some("t1".into()),
        correlation_id: Some("order-17".into()),
        ..Metadata::default()
    };
    let mut payload = Payload::new(request).with_metadata(metadata);
    {
        let mut passing = Box::pin(R::Chain::pass(&mut payload, &(), &handler));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let _ = passing.as_mut().poll(&mut context);
    }
    std::mem::take(&mut *lines.lock().unwrap())
}

const COUNT: &str =
    "request name=Count kind=command trace_id=t1 correlation_id=order-17: pericarp::request";
const SCORE: &str =
    "request name=Score kind=query trace_id=t1 correlation_id=order-17: pericarp::request";

#[test]
fn a_request_is_logged_within_a_span_that_says_which_it_is() {
    let debug = LevelFilter::DEBUG;
    let succeeded = "DEBUG message=request succeeded elapsed_us=7000";
    assert_eq!(
        logged(debug, Count(1), Three),
        [format!("{COUNT} {succeeded}")]
    );
    assert_eq!(
        logged(debug, Score, Three),
        [format!("{SCORE} {succeeded}")]
    );
}

#[test]
fn a_failure_is_logged_at_any_level_with_its_duration() {
    let failed = "ERROR message=request failed code=test.shut error=the tally is shut: refused \
                  elapsed_us=7000";
    for level in [LevelFilter::ERROR, LevelFilter::INFO, LevelFilter::TRACE] {
        assert_eq!(
            logged(level, Count(1), Fails),
            [format!("{COUNT} {failed}")]
        );
        assert_eq!(logged(level, Score, Fails), [format!("{SCORE} {failed}")]);
    }
}

#[test]
fn a_refusal_is_no_failure() {
    let refused = "INFO message=request refused code=test.refused error=the tally is shut: refused \
                   elapsed_us=7000";
    for level in [LevelFilter::INFO, LevelFilter::TRACE] {
        assert_eq!(
            logged(level, Count(1), Refuses),
            [format!("{COUNT} {refused}")]
        );
        assert_eq!(
            logged(level, Score, Refuses),
            [format!("{SCORE} {refused}")]
        );
    }
    for level in [LevelFilter::OFF, LevelFilter::ERROR, LevelFilter::WARN] {
        assert_eq!(logged(level, Score, Refuses), [""; 0]);
    }
}

#[test]
fn a_dropped_request_is_logged() {
    let dropped = "ERROR message=request dropped code=request.dropped elapsed_us=7000";
    assert_eq!(
        logged(LevelFilter::ERROR, Score, Never),
        [format!("{SCORE} {dropped}")]
    );
}

#[test]
fn the_clock_is_read_only_for_what_may_be_logged() {
    for (level, succeeds, refuses, fails) in [
        (LevelFilter::OFF, 0, 0, 0),
        // It may fail, so the start must be known. The end of one that did not is not.
        (LevelFilter::ERROR, 1, 1, 2),
        (LevelFilter::INFO, 1, 2, 2),
        (LevelFilter::DEBUG, 2, 2, 2),
    ] {
        let before = readings();
        logged(level, Score, Three);
        assert_eq!(readings() - before, succeeds, "{level}");
        let before = readings();
        logged(level, Score, Refuses);
        assert_eq!(readings() - before, refuses, "{level}");
        let before = readings();
        let lines = logged(level, Score, Fails);
        assert_eq!(readings() - before, fails, "{level}");
        assert_eq!(lines.is_empty(), level == LevelFilter::OFF);
    }
}

/// What is inside logs within the span, on whichever thread it goes on.
#[test]
fn what_is_inside_is_within_the_span() {
    struct Says;

    impl<R: Request> Middleware<R> for Says {
        type Needs = ();

        async fn call(
            &self,
            payload: &mut Payload<R>,
            (): &(),
            next: &impl Handler<R>,
        ) -> Outcome<R> {
            tracing::info!("inside");
            next.handle(payload).await
        }
    }

    #[derive(Query)]
    #[query(on = Board, returns = u64, middleware(Trace::new(), Says))]
    struct Worst;

    impl Answer<Worst> for Board {
        async fn answer(&self, _: &Worst) -> Result<u64, std::convert::Infallible> {
            Ok(self.score)
        }
    }

    let lines = logged(LevelFilter::INFO, Worst, Three);
    let here = module_path!();
    let span = SCORE
        .replace("Score", "Worst")
        .replace("pericarp::request", here);
    assert_eq!(lines, [format!("{span} INFO message=inside")]);
}

/// Keeps events, each behind the span it is in.
struct Recorder {
    most: LevelFilter,
    lines: Arc<Mutex<Vec<String>>>,
    spans: Mutex<Vec<String>>,
    entered: Mutex<Vec<u64>>,
}

impl Recorder {
    fn up_to(most: LevelFilter) -> Self {
        Self {
            most,
            lines: Arc::default(),
            spans: Mutex::default(),
            entered: Mutex::default(),
        }
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, callsite: &Callsite<'_>) -> bool {
        *callsite.level() <= self.most
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.most)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        assert_eq!(*span.metadata().level(), Level::ERROR);
        let mut text = String::from(span.metadata().name());
        span.record(&mut Fields(&mut text));
        let mut spans = self.spans.lock().unwrap();
        spans.push(text);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, line: &Line<'_>) {
        let mut text = String::new();
        let spans = self.spans.lock().unwrap();
        for span in self.entered.lock().unwrap().iter() {
            text += &format!("{}: ", spans[*span as usize - 1]);
        }
        text += &format!("{} {}", line.metadata().target(), line.metadata().level());
        line.record(&mut Fields(&mut text));
        self.lines.lock().unwrap().push(text);
    }

    fn enter(&self, span: &Id) {
        self.entered.lock().unwrap().push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        let left = self.entered.lock().unwrap().pop();
        assert_eq!(left, Some(span.into_u64()));
    }
}

struct Fields<'t>(&'t mut String);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value}").unwrap();
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        write!(self.0, " {field}={value}").unwrap();
        let mut source = value.source();
        while let Some(error) = source {
            write!(self.0, ": {error}").unwrap();
            source = error.source();
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
