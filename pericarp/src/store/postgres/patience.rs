use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep, timeout};

use super::fault::PostgresFault;

/// How much longer to wait for an answer than the server says that it works on it.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// Waits for one answer after another, for each at most so long.
///
/// It sets one timer again and again, which tokio puts off without a word to the thread that keeps the
/// time; a new timer for each answer may wake that thread.
pub(super) struct Patience {
    limit: Option<Duration>,
    timer: Pin<Box<Sleep>>,
}

impl Patience {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        Self {
            limit,
            timer: Box::pin(sleep(limit.unwrap_or_default())),
        }
    }

    /// Waits for an answer. A connection that did not answer is given up.
    pub(super) async fn wait<T>(
        &mut self,
        answer: impl Future<Output = Result<T, PostgresFault>>,
    ) -> Result<T, PostgresFault> {
        let Some(limit) = self.limit else {
            return answer.await;
        };
        let (mut answer, mut is_set) = (pin!(answer), false);
        poll_fn(|context| {
            if let Poll::Ready(answer) = answer.as_mut().poll(context) {
                return Poll::Ready(answer);
            }
            if !is_set {
                self.timer.as_mut().reset(Instant::now() + limit);
                is_set = true;
            }
            let timer = self.timer.as_mut().poll(context);
            timer.map(|()| Err(PostgresFault::no_answer()))
        })
        .await
    }
}

/// Waits for an answer at most so long, once.
pub(super) async fn within<T>(
    patience: Option<Duration>,
    answer: impl Future<Output = Result<T, PostgresFault>>,
) -> Result<T, PostgresFault> {
    match patience {
        Some(patience) => timeout(patience, answer)
            .await
            .unwrap_or_else(|_| Err(PostgresFault::no_answer())),
        None => answer.await,
    }
}
