use std::future::Future;

use super::Middleware;
use crate::{Handler, Outcome, Payload, Request};

/// The middleware that a request lists in place `N`. Written by the derives: the only bound on
/// one, so that something else is one error.
pub trait Step<const N: usize>: Request {
    /// Its type.
    type Middleware: Middleware<Self>;

    /// The one there is.
    fn middleware() -> &'static Self::Middleware;
}

/// What the middleware in place `N` of a request needs.
pub(super) type NeedsOf<R, const N: usize> = <<R as Step<N>>::Middleware as Middleware<R>>::Needs;

/// What the middleware in place `N` of a request does for those inside of it.
pub(super) const fn role_of<R: Step<N>, const N: usize>() -> &'static str {
    <R::Middleware as Middleware<R>>::ROLE
}

/// The middleware in place `N` before a handler.
pub(super) struct Link<'c, R: Step<N>, H, const N: usize> {
    pub(super) needs: &'c NeedsOf<R, N>,
    pub(super) next: &'c H,
}

impl<R: Step<N>, H: Handler<R>, const N: usize> Handler<R> for Link<'_, R, H, N> {
    #[inline]
    fn handle(&self, payload: &mut Payload<R>) -> impl Future<Output = Outcome<R>> + Send {
        R::middleware().call(payload, self.needs, self.next)
    }
}
