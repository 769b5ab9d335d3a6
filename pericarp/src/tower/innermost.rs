use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower_service::Service;

use crate::{Handler, Outcome, Payload, Request, Response};

/// A request on its way through a layer of tower, with what handles it after that.
pub struct Call<'c, R: Request> {
    payload: &'c mut Payload<R>,
    next: &'c dyn Next<R>,
}

/// A handler whose type is forgotten: a service of tower does not know it.
trait Next<R: Request>: Send + Sync {
    fn handle_boxed<'c>(&'c self, payload: &'c mut Payload<R>) -> Boxed<'c, R>;
}

type Boxed<'c, R> = Pin<Box<dyn Future<Output = Outcome<R>> + Send + 'c>>;

impl<R: Request, H: Handler<R>> Next<R> for H {
    fn handle_boxed<'c>(&'c self, payload: &'c mut Payload<R>) -> Boxed<'c, R> {
        Box::pin(self.handle(payload))
    }
}

impl<'c, R: Request> Call<'c, R> {
    pub(super) fn new(payload: &'c mut Payload<R>, next: &'c impl Handler<R>) -> Self {
        Self { payload, next }
    }

    /// The request, with what it comes with.
    pub const fn payload(&self) -> &Payload<R> {
        self.payload
    }

    /// The request, to be changed for those inside.
    pub const fn payload_mut(&mut self) -> &mut Payload<R> {
        self.payload
    }
}

/// What a layer of tower is put around: it hands on to what handles the request next.
#[derive(Clone, Copy, Debug, Default)]
pub struct Innermost;

impl<'c, R: Request> Service<Call<'c, R>> for Innermost {
    type Response = Response<R::Answer>;
    type Error = R::Error;
    type Future = Boxed<'c, R>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), R::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call<'c, R>) -> Boxed<'c, R> {
        call.next.handle_boxed(call.payload)
    }
}

impl<R: Request> fmt::Debug for Call<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("name", &R::NAME)
            .finish_non_exhaustive()
    }
}
