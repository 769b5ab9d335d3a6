use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use tokio::sync::oneshot;

use super::read::failed;
use crate::store::ReadError;

/// What a thread answered, or how it panicked.
pub(super) type Answer<T> = thread::Result<Result<T, ReadError>>;

/// Answers whoever asked. A panic goes to him too, and the thread goes on.
pub(super) fn give<T>(
    answer: oneshot::Sender<Answer<T>>,
    find: impl FnOnce() -> rusqlite::Result<T>,
) {
    let found = catch_unwind(AssertUnwindSafe(|| find().map_err(failed)));
    // Whoever gave up does not want to know.
    let _ = answer.send(found);
}

/// Waits for the answer.
///
/// # Panics
/// If the thread did over this question.
pub(super) async fn wait<T>(answered: oneshot::Receiver<Answer<T>>) -> Result<T, ReadError> {
    match answered.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => resume_unwind(panic),
        // A queue that is closed drops what nobody will answer.
        Err(_) => Err(ReadError::Closed),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use super::*;

    fn waited<T>(answered: oneshot::Receiver<Answer<T>>) -> Result<T, ReadError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(wait(answered))
    }

    /// A panic while a page was filled was taken for a store that is closed.
    #[test]
    fn a_panic_goes_to_whoever_asked() {
        let (answer, answered) = oneshot::channel::<Answer<()>>();
        give(answer, || std::panic::panic_any("a bug"));
        let panic = catch_unwind(AssertUnwindSafe(|| waited(answered))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"a bug"));
    }

    #[test]
    fn an_answer_is_an_answer_and_none_is_a_closed_store() {
        let (answer, answered) = oneshot::channel();
        give(answer, || Ok(7));
        assert_eq!(waited(answered).unwrap(), 7);
        let (answer, answered) = oneshot::channel::<Answer<()>>();
        give(answer, || Err(rusqlite::Error::InvalidQuery));
        assert!(matches!(waited(answered), Err(ReadError::Failed { .. })));
        let (answer, answered) = oneshot::channel::<Answer<()>>();
        drop(answer);
        assert!(matches!(waited(answered), Err(ReadError::Closed)));
    }
}
