use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot::Receiver;

use super::JobError;

/// The result of a job that was accepted, to be awaited. Whoever drops it does not want to know
/// it; the job runs all the same.
#[derive(Debug)]
pub struct Ticket<T>(Receiver<Result<T, JobError>>);

impl<T> Ticket<T> {
    pub(super) const fn new(answer: Receiver<Result<T, JobError>>) -> Self {
        Self(answer)
    }
}

impl<T> Future for Ticket<T> {
    type Output = Result<T, JobError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = Pin::new(&mut self.0).poll(context);
        answer.map(|answer| answer.unwrap_or(Err(JobError::Lost)))
    }
}
