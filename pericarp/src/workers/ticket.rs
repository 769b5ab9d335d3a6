use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot::Receiver;

use super::JobError;
use super::within::Lane;

/// The result of a job that was accepted, to be awaited. Whoever drops it does not want to know
/// it; the job runs all the same.
///
/// A job that waits for a later one of its own key would wait for ever: it gets
/// [`JobError::WaitsForItself`].
#[derive(Debug)]
pub struct Ticket<T> {
    answer: Receiver<Result<T, JobError>>,
    lane: Lane,
}

impl<T> Ticket<T> {
    pub(super) const fn new(answer: Receiver<Result<T, JobError>>, lane: Lane) -> Self {
        Self { answer, lane }
    }
}

impl<T> Future for Ticket<T> {
    type Output = Result<T, JobError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.answer).poll(context) {
            Poll::Ready(answer) => Poll::Ready(answer.unwrap_or(Err(JobError::Lost))),
            Poll::Pending if self.lane.is_here() => Poll::Ready(Err(JobError::WaitsForItself)),
            Poll::Pending => Poll::Pending,
        }
    }
}
