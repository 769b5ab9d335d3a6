use std::future::Future;

use super::{Outcome, Payload, Request};

/// What handles a request: the application itself, or a middleware and all that is inside of it.
///
/// Dropping the future gives the request up: a command may or may not have been carried out.
#[diagnostic::on_unimplemented(
    message = "implement `Handler<{R}>` for `{Self}`, which does not handle the request",
    note = "the application is a handler, and so is what a middleware gets as `next`"
)]
pub trait Handler<R: Request>: Send + Sync {
    /// Handles a request.
    fn handle(&self, payload: &mut Payload<R>) -> impl Future<Output = Outcome<R>> + Send;
}

impl<R: Request, H: Handler<R>> Handler<R> for &H {
    fn handle(&self, payload: &mut Payload<R>) -> impl Future<Output = Outcome<R>> + Send {
        H::handle(self, payload)
    }
}
