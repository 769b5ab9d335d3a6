use std::any::Any;
use std::future::{Future, poll_fn};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

/// What something panicked with.
type Panic = Box<dyn Any + Send>;

/// What `work` comes to, or what it panicked with: while it ran, or as it was dropped at its end.
///
/// Work that has panicked is dropped and never polled again, so nobody sees what it left half done
/// but those it shares locks with, which guard themselves. It comes pinned, since this future would hold
/// it twice.
pub(crate) async fn unwound<F: Future>(mut work: Pin<&mut Option<F>>) -> Result<F::Output, Panic> {
    poll_fn(|context| {
        let poll = catch_unwind(AssertUnwindSafe(|| match work.as_mut().as_pin_mut() {
            Some(work) => work.poll(context),
            None => Poll::Pending,
        }));
        let outcome = match poll {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panic) => Err(panic),
        };
        let dropped = catch_unwind(AssertUnwindSafe(|| work.set(None)));
        Poll::Ready(match (outcome, dropped) {
            (outcome, Ok(())) => outcome,
            (Ok(output), Err(panic)) => {
                quietly(|| drop(output));
                Err(panic)
            }
            (Err(panic), Err(another)) => {
                quietly(|| drop(another));
                Err(panic)
            }
        })
    })
    .await
}

/// What a panic says, if it says it with a text.
pub(crate) fn panic_message(panic: Panic) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast_ref::<&'static str>() {
            Some(text) => (*text).to_owned(),
            None => {
                quietly(|| drop(panic));
                String::from("not with a text")
            }
        },
    }
}

/// Does something of which nobody is to know that it panicked.
pub(crate) fn quietly(what: impl FnOnce()) {
    caught(what);
}

/// What something comes to, if it does not panic. What it panicked with may panic in its turn when it is
/// dropped, so it never is.
pub(crate) fn caught<T>(what: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(what))
        .map_err(mem::forget)
        .ok()
}
