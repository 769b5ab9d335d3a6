use std::pin::pin;

use super::error::Panicked;
use crate::middleware::Middleware;
use crate::unwound::unwound;
use crate::{Handler, Outcome, Payload, Request, Stopped};

/// Makes a panic of what is inside of it the error of its request: it ends with [`Panicked`].
///
/// All that was at work is dropped, and the application and its store go on. A command may have
/// been carried out, so the error is not [transient](crate::Failure::is_transient). What the
/// panic hook prints, it prints as ever. It can do nothing where panics abort.
///
/// List it inside of what logs and counts, so that they see an error.
///
/// ```
/// use pericarp::middleware::CatchPanic;
/// use pericarp::prelude::*;
/// # struct Views;
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(CatchPanic))]
/// struct OpenOrders;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CatchPanic;

#[diagnostic::do_not_recommend]
impl<R: Request> Middleware<R> for CatchPanic {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        // A handler may also panic before there is a future.
        let work = pin!(Some(async { next.handle(payload).await }));
        match unwound(work).await {
            Ok(outcome) => outcome,
            Err(panic) => {
                let error = Panicked::new(panic);
                Err(Stopped::new(error.code(), error).into())
            }
        }
    }
}
