use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::TooMany;
use super::permits::{Permit, Permits, Taken};

/// Waits for a permit. Whoever drops it leaves the queue, or passes on what it was granted.
pub(super) struct Acquire<'p> {
    permits: &'p Permits,
    ticket: Option<u64>,
}

impl<'p> Acquire<'p> {
    pub(super) const fn new(permits: &'p Permits) -> Self {
        let ticket = None;
        Self { permits, ticket }
    }
}

impl<'p> Future for Acquire<'p> {
    type Output = Result<Permit<'p>, TooMany>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = context.waker();
        if let Some(ticket) = self.ticket {
            let Some(permit) = self.permits.redeem(ticket, waker) else {
                return Poll::Pending;
            };
            self.ticket = None;
            return Poll::Ready(Ok(permit));
        }
        match self.permits.take(waker) {
            Ok(Taken::Permit(permit)) => Poll::Ready(Ok(permit)),
            Ok(Taken::Ticket(ticket)) => {
                self.ticket = Some(ticket);
                Poll::Pending
            }
            Err(too_many) => Poll::Ready(Err(too_many)),
        }
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.permits.give_up(ticket);
        }
    }
}
