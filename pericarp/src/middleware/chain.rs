use std::future::Future;

use super::step::{Link, NeedsOf, Step, role_of};
use crate::{Handler, Outcome, Payload, Provide, Request};

/// The middlewares of a request `R` in an application made of `P`, which provides what they need.
///
/// It is what a request names as [`Request::Chain`], a tuple of up to twelve types, and can be run
/// before any handler:
///
/// ```
/// use pericarp::middleware::{Chain, Timeout};
/// use pericarp::prelude::*;
/// use pericarp::{Handler, Outcome, Payload, Request, Response};
/// # struct Views;
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = u64, middleware(Timeout::secs(1)))]
/// struct OpenOrders;
///
/// struct Three;
///
/// impl Handler<OpenOrders> for Three {
///     async fn handle(&self, _: &mut Payload<OpenOrders>) -> Outcome<OpenOrders> {
///         Ok(Response::new(3))
///     }
/// }
///
/// type Listed = <OpenOrders as Request>::Chain;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let outcome = Listed::pass(&mut Payload::new(OpenOrders), &(), &Three).await;
/// assert_eq!(outcome.map(|response| response.answer).ok(), Some(3));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "name the chain of `{R}` as `<{R} as Request>::Chain`: `{Self}` is not it",
    note = "a chain is what `#[command(middleware(..))]` and `#[query(middleware(..))]` list"
)]
pub trait Chain<R: Request, P: ?Sized> {
    #[doc(hidden)]
    const ROLES: &'static [&'static str];

    /// Lets a request pass through them to `handler`, and its outcome back.
    ///
    /// # Errors
    /// Those of `handler`, and of the middlewares.
    fn pass<H: Handler<R>>(
        payload: &mut Payload<R>,
        parts: &P,
        handler: &H,
    ) -> impl Future<Output = Outcome<R>> + Send;
}

impl<R: Request, P: ?Sized> Chain<R, P> for () {
    const ROLES: &'static [&'static str] = &[];

    #[inline]
    fn pass<H: Handler<R>>(
        payload: &mut Payload<R>,
        _: &P,
        handler: &H,
    ) -> impl Future<Output = Outcome<R>> + Send {
        handler.handle(payload)
    }
}

/// The types of a chain say which it is; what they do, the request says itself, step by step. So a
/// type that is no middleware is an error where it is listed, and not in all that is around it.
macro_rules! chains {
    ($($($name:ident $place:literal),+ ; $($inner:literal)*;)*) => { $(
        impl<R, P, $($name),+> Chain<R, P> for ($($name,)+)
        where
            R: $(Step<$place> +)+,
            P: ?Sized + Sync $(+ Provide<NeedsOf<R, $place>>)+,
        {
            const ROLES: &'static [&'static str] = &[$(role_of::<R, $place>()),+];

            async fn pass<H: Handler<R>>(
                payload: &mut Payload<R>,
                parts: &P,
                handler: &H,
            ) -> Outcome<R> {
                let next = handler;
                $(let next = &Link::<R, _, $inner> { needs: parts.provide(), next };)*
                next.handle(payload).await
            }
        }
    )* };
}

chains! {
    A 0; 0;
    A 0, B 1; 1 0;
    A 0, B 1, C 2; 2 1 0;
    A 0, B 1, C 2, D 3; 3 2 1 0;
    A 0, B 1, C 2, D 3, E 4; 4 3 2 1 0;
    A 0, B 1, C 2, D 3, E 4, F 5; 5 4 3 2 1 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6; 6 5 4 3 2 1 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7; 7 6 5 4 3 2 1 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7, J 8; 8 7 6 5 4 3 2 1 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7, J 8, K 9; 9 8 7 6 5 4 3 2 1 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7, J 8, K 9, L 10; 10 9 8 7 6 5 4 3 2 1 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7, J 8, K 9, L 10, M 11; 11 10 9 8 7 6 5 4 3 2 1 0;
}
