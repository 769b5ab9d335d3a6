use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower_service::Service;

#[cfg(feature = "store")]
use crate::Pericarp;
use crate::{Handler, Outcome, Payload, Request, Response};

/// A handler, such as an application, as a `Service` of tower for one type of request.
///
/// It is always ready; what may be at work at once a layer around it limits, or a
/// [`Limit`](crate::middleware::Limit) inside of it. An application makes one with
/// `app.service::<OpenOrders>()`.
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::store::MemoryStore;
/// use pericarp::{Payload, Pericarp, Provide};
/// use tower::limit::ConcurrencyLimitLayer;
/// use tower::{ServiceBuilder, ServiceExt};
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
/// let service = ServiceBuilder::new()
///     .layer(ConcurrencyLimitLayer::new(8))
///     .service(app.service::<OpenOrders>());
/// let response = service.oneshot(Payload::new(OpenOrders)).await?;
/// assert_eq!(response.answer, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RequestService<R, H> {
    handler: H,
    request: PhantomData<fn(R)>,
}

impl<R: Request, H: Handler<R>> RequestService<R, H> {
    /// A service that hands on to `handler`.
    pub const fn new(handler: H) -> Self {
        let request = PhantomData;
        Self { handler, request }
    }
}

impl<R, H> Service<Payload<R>> for RequestService<R, H>
where
    R: Request + 'static,
    H: Handler<R> + Clone + 'static,
{
    type Response = Response<R::Answer>;
    type Error = R::Error;
    type Future = Pin<Box<dyn Future<Output = Outcome<R>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), R::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut payload: Payload<R>) -> Self::Future {
        let handler = self.handler.clone();
        Box::pin(async move { handler.handle(&mut payload).await })
    }
}

#[cfg(feature = "store")]
impl<S, P, L> Pericarp<S, P, L> {
    /// A `Service` of tower for one type of request, command or query.
    pub fn service<R: Request>(&self) -> RequestService<R, Self>
    where
        Self: Handler<R>,
    {
        RequestService::new(self.clone())
    }
}

impl<R, H: Clone> Clone for RequestService<R, H> {
    fn clone(&self) -> Self {
        Self {
            handler: self.handler.clone(),
            request: PhantomData,
        }
    }
}

impl<R: Request, H> fmt::Debug for RequestService<R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestService")
            .field("name", &R::NAME)
            .finish_non_exhaustive()
    }
}
