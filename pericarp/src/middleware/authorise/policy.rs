use std::future::Future;

use super::Denied;
use crate::{Payload, Request};

/// Decides who may ask what: see [`Authorise`](super::Authorise).
///
/// ```
/// use pericarp::middleware::{Denied, Policy};
/// use pericarp::{Payload, Request};
///
/// /// Who is who, from a file.
/// struct Staff { clerks: Vec<String> }
///
/// impl<R: Request> Policy<R> for Staff {
///     async fn permits(&self, payload: &Payload<R>) -> Result<(), Denied> {
///         let Some(principal) = &payload.principal else { return Err(Denied::Unauthenticated) };
///         if self.clerks.contains(&principal.id) { return Ok(()) }
///         Err(Denied::forbidden("only clerks may"))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "write `impl Policy<{R}> for {Self}`, which does not say yet who may ask it",
    label = "no `Policy<{R}>` for `{Self}`",
    note = "write `impl Policy<{R}> for {Self} {{ async fn permits(&self, payload: &Payload<{R}>) -> Result<(), Denied> {{ .. }} }}`"
)]
pub trait Policy<R: Request>: Send + Sync + 'static {
    /// Whether a request may go on, by who asks it, what it is and what it comes with.
    ///
    /// # Errors
    /// [`Denied`] if it may not.
    fn permits(&self, payload: &Payload<R>) -> impl Future<Output = Result<(), Denied>> + Send;
}
