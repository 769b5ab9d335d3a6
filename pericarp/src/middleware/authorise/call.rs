use std::fmt;
use std::marker::PhantomData;

use super::Policy;
use crate::middleware::{AUTHORISATION, Middleware};
use crate::{Handler, Outcome, Payload, Request};

/// Lets those through whom a [`Policy`] of the application permits: others get
/// [`Denied`](super::Denied).
///
/// ```
/// use pericarp::middleware::{Authorise, Denied, Policy};
/// use pericarp::prelude::*;
/// use pericarp::{Payload, Request};
/// # struct Views;
/// # impl Answer<OrdersOf> for Views {
/// #     async fn answer(&self, _: &OrdersOf) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// /// Everybody may see what is their own.
/// struct TheirOwn;
///
/// impl Policy<OrdersOf> for TheirOwn {
///     async fn permits(&self, payload: &Payload<OrdersOf>) -> Result<(), Denied> {
///         match &payload.principal {
///             Some(principal) if principal.id == payload.request.customer => Ok(()),
///             Some(_) => Err(Denied::forbidden("these are somebody else's")),
///             None => Err(Denied::Unauthenticated),
///         }
///     }
/// }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(Authorise::<TheirOwn>::new()))]
/// struct OrdersOf { customer: String }
/// ```
pub struct Authorise<P> {
    policy: PhantomData<fn() -> P>,
}

impl<P> Authorise<P> {
    /// As the application's `P` decides.
    pub const fn new() -> Self {
        let policy = PhantomData;
        Self { policy }
    }
}

#[diagnostic::do_not_recommend]
impl<R: Request, P: Policy<R>> Middleware<R> for Authorise<P> {
    type Needs = P;

    const ROLE: &'static str = AUTHORISATION;

    async fn call(
        &self,
        payload: &mut Payload<R>,
        policy: &P,
        next: &impl Handler<R>,
    ) -> Outcome<R> {
        match policy.permits(payload).await {
            Ok(()) => next.handle(payload).await,
            Err(denied) => Err(denied.stopped().into()),
        }
    }
}

impl<P> Default for Authorise<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P> Clone for Authorise<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Authorise<P> {}

impl<P> fmt::Debug for Authorise<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorise")
    }
}
