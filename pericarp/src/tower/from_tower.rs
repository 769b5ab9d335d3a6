use std::error::Error;
use std::future::poll_fn;

use tower_layer::Layer;
use tower_service::Service;

use super::error::error_of;
use super::{Call, Innermost};
use crate::middleware::Middleware;
use crate::{Handler, Outcome, Payload, Request, Response};

/// A layer of tower as a middleware.
///
/// The layer is put around [`Innermost`] once, so what it counts it counts for all requests; the
/// service that this gives is cloned for each. It may look at the [`Call`], and answer or fail
/// instead of handing it on. What it says itself becomes
/// [`TowerFailed`](super::TowerFailed); the request's own error passes as it is.
///
/// Few layers of tower can be made while compiling, so it is mostly a layer of an
/// [application](crate::PericarpBuilder::layer). Requests that borrow cannot pass through it.
///
/// ```
/// use pericarp::Pericarp;
/// use pericarp::store::MemoryStore;
/// use pericarp::tower::FromTower;
/// use tower::limit::GlobalConcurrencyLimitLayer;
///
/// let app = Pericarp::builder(MemoryStore::new())
///     .layer(FromTower::new(GlobalConcurrencyLimitLayer::new(8)))
///     .build();
/// # let _ = app;
/// ```
#[derive(Clone, Debug)]
pub struct FromTower<S> {
    service: S,
}

impl<S> FromTower<S> {
    /// A middleware that does what `layer` does.
    pub fn new(layer: impl Layer<Innermost, Service = S>) -> Self {
        let service = layer.layer(Innermost);
        Self { service }
    }
}

#[diagnostic::do_not_recommend]
impl<R, S> Middleware<R> for FromTower<S>
where
    R: Request + 'static,
    S: for<'c> Service<
            Call<'c, R>,
            Response = Response<R::Answer>,
            Error: Into<Box<dyn Error + Send + Sync>>,
            Future: Send,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, (): &(), next: &impl Handler<R>) -> Outcome<R> {
        let mut service = self.service.clone();
        if let Err(error) = poll_fn(|context| service.poll_ready(context)).await {
            return Err(error_of::<R>(error.into()));
        }
        let answered = service.call(Call::new(payload, next)).await;
        answered.map_err(|error| error_of::<R>(error.into()))
    }
}
