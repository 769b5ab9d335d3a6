use std::future::Future;

use crate::{Handler, Outcome, Payload, Request};

/// Something that requests pass through: written once, for commands and queries.
///
/// It is a constant of its request, made while compiling and shared by all threads. What exists
/// only at run time, such as a cache or a registry, is what it [`Needs`](Middleware::Needs).
///
/// ```
/// use pericarp::middleware::Middleware;
/// use pericarp::{Handler, Outcome, Payload, Request, Stopped};
///
/// /// Wants to know which request of the outside world a request belongs to.
/// struct Correlated;
///
/// impl<R: Request> Middleware<R> for Correlated {
///     type Needs = ();
///
///     async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
///         match &payload.metadata().correlation_id {
///             Some(_) => next.handle(payload).await,
///             None => Err(Stopped::new("request.uncorrelated", "name the request it is for").into()),
///         }
///     }
/// }
/// ```
///
/// One that is for queries alone says `impl<R: Query> Middleware<R>`.
#[diagnostic::on_unimplemented(
    message = "write `impl Middleware<{R}> for {Self}`, which is not a middleware for it, or list another",
    label = "no `Middleware<{R}>` for `{Self}`",
    note = "one for all requests is `impl<R: Request> Middleware<R> for {Self} {{ .. }}`",
    note = "`Validate` is one for requests that derive `garde::Validate`, `Authorise<P>` for those of which `P` is a `Policy`, and `Cached` for queries that are `Cacheable`"
)]
pub trait Middleware<R: Request>: Send + Sync + 'static {
    /// What it takes from the application; `()` for nothing.
    type Needs: ?Sized + Sync;

    /// What it does for those inside of it, in a word, if they care: see
    /// [`INSIDE_OF`](Middleware::INSIDE_OF).
    const ROLE: &'static str = "";

    /// The roles of those it must be inside of, wherever both are listed: a cache must be inside
    /// of what decides who may ask. Another order does not compile.
    const INSIDE_OF: &'static [&'static str] = &[];

    /// Does what it does before and after `next`, or instead of it. It may call `next` again.
    ///
    /// The future may be dropped at any await, so what must happen in any case belongs into a
    /// guard.
    ///
    /// # Errors
    /// Those of `next`, or a [`Stopped`](crate::Stopped) of its own.
    fn call(
        &self,
        payload: &mut Payload<R>,
        needs: &Self::Needs,
        next: &impl Handler<R>,
    ) -> impl Future<Output = Outcome<R>> + Send;
}
