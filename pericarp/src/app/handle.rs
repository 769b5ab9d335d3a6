use std::future::Future;

use super::Pericarp;
use super::ask::Asked;
use crate::middleware::{Chain, Layers, Listed, layers_in_order};
use crate::requests::{ByAggregate, ByReadModel};
use crate::store::Store;
use crate::{Command, Handler, Outcome, Payload, Provide, Query, Request};

impl<S: Store, P: Send + Sync, L> Pericarp<S, P, L> {
    /// Lets a request pass through the layers and what it lists itself, to `handler`.
    /// Lets a request pass through the layers and through what it lists, to a handler of yours: for
    /// what is more than one aggregate's affair, such as a [unit of work](Self::unit_of_work).
    ///
    /// Such a request implements [`Request`] by hand, and its `HandledBy` is `()`.
    ///
    /// ```
    /// use pericarp::middleware::CatchPanic;
    /// use pericarp::store::MemoryStore;
    /// use pericarp::{
    ///     ExecuteError, Handler, Outcome, Payload, Pericarp, Request, RequestKind, Response,
    /// };
    ///
    /// /// Moves cents from one account to another.
    /// struct Transfer { cents: u64 }
    ///
    /// impl Request for Transfer {
    ///     const NAME: &'static str = "Transfer";
    ///     const KIND: RequestKind = RequestKind::Command;
    ///     type Answer = u64;
    ///     type Error = ExecuteError<std::convert::Infallible>;
    ///     type Chain = ();
    ///     type HandledBy = ();
    /// }
    ///
    /// struct Bank;
    ///
    /// impl Handler<Transfer> for Bank {
    ///     async fn handle(&self, payload: &mut Payload<Transfer>) -> Outcome<Transfer> {
    ///         // Loads both accounts, decides, and commits.
    ///         Ok(Response::new(payload.request.cents))
    ///     }
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let app = Pericarp::builder(MemoryStore::new()).layer(CatchPanic).build();
    /// let response = app.pass(&mut Payload::new(Transfer { cents: 5 }), &Bank).await?;
    /// assert_eq!(response.answer, 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of the handler, of the layers, and of what the request lists.
    pub async fn pass<R, H>(&self, payload: &mut Payload<R>, handler: &H) -> Outcome<R>
    where
        R: Request<Chain: Chain<R, P>>,
        L: Layers<R, P>,
        H: Handler<R>,
    {
        const {
            layers_in_order(L::INSIDE_OF, L::ROLES, <R::Chain as Chain<R, P>>::ROLES);
        }
        let parts = self.parts();
        let listed = Listed { parts, handler };
        self.layers().around(payload, parts, &listed).await
    }
}

/// An application handles commands and queries alike: for code that is generic over requests.
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::store::MemoryStore;
/// use pericarp::{Handler, Payload, Pericarp, Provide};
/// # struct Views;
/// # impl Provide<Views> for Views { fn provide(&self) -> &Views { self } }
/// # impl Answer<OpenOrders> for Views {
/// #     async fn answer(&self, _: &OpenOrders) -> Result<u64, std::convert::Infallible> { Ok(3) }
/// # }
///
/// #[derive(Query)]
/// #[query(on = Views, returns = u64)]
/// struct OpenOrders;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let app = Pericarp::builder(MemoryStore::new()).with(Views).build();
/// let response = app.handle(&mut Payload::new(OpenOrders)).await?;
/// assert_eq!(response.answer, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<R, S, P, L> Handler<R> for Pericarp<S, P, L>
where
    R: Request<HandledBy: Takes<R, S, P>, Chain: Chain<R, P>>,
    S: Store,
    P: Send + Sync,
    L: Layers<R, P>,
{
    fn handle(&self, payload: &mut Payload<R>) -> impl Future<Output = Outcome<R>> + Send {
        R::HandledBy::take(self, payload)
    }
}

/// How requests of one kind are handled by an application of `S` and `P`.
#[diagnostic::on_unimplemented(
    message = "derive `Command` or `Query` for `{R}`, which an application of `{P}` does not handle"
)]
pub trait Takes<R: Request<Chain: Chain<R, P>>, S: Store, P: Send + Sync> {
    #[doc(hidden)]
    fn take<L: Layers<R, P>>(
        app: &Pericarp<S, P, L>,
        payload: &mut Payload<R>,
    ) -> impl Future<Output = Outcome<R>> + Send;
}

impl<C, S, P> Takes<C, S, P> for ByAggregate
where
    C: Command<Chain: Chain<C, P>> + Send,
    S: Store,
    P: Send + Sync,
{
    fn take<L: Layers<C, P>>(
        app: &Pericarp<S, P, L>,
        payload: &mut Payload<C>,
    ) -> impl Future<Output = Outcome<C>> + Send {
        app.pass(payload, &app.core)
    }
}

impl<Q, S, P> Takes<Q, S, P> for ByReadModel
where
    Q: Query + Request<Chain: Chain<Q, P>>,
    S: Store,
    P: Provide<Q::On> + Send + Sync,
{
    async fn take<L: Layers<Q, P>>(
        app: &Pericarp<S, P, L>,
        payload: &mut Payload<Q>,
    ) -> Outcome<Q> {
        app.pass(payload, &Asked(app.parts().provide())).await
    }
}
