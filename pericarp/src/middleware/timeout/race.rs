use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use futures_timer::Delay;

/// What `work` comes to, or `None` if that takes longer than `limit`.
///
/// Work that is done when the time is up counts as done. There is no timer before it waits. It comes
/// pinned, since this future would hold it twice.
pub(crate) async fn before<F: Future>(limit: Duration, mut work: Pin<&mut F>) -> Option<F::Output> {
    let mut delay = None;
    poll_fn(|context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        let delay = delay.get_or_insert_with(|| Delay::new(limit));
        pin!(delay).poll(context).map(|()| None)
    })
    .await
}
