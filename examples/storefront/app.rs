//! What the application is made of, and what every request passes through.

use std::sync::Arc;

use pericarp::cache::Cache;
use pericarp::metrics::{RegisterError, Registry};
use pericarp::middleware::{
    CatchPanic, Idempotent, Limit, Metrics, RequestMetrics, Timeout, Trace,
};
use pericarp::{Pericarp, Provide};

use crate::log::Store;
use crate::settings::Settings;
use crate::views::Views;

// ANCHOR: app
/// The application: what handles requests, over HTTP or not.
pub type App = Pericarp<Store, Parts, Layers>;

/// What every request passes through, outermost first.
pub type Layers = (Trace, Metrics, CatchPanic, Timeout, Limit, Idempotent);

pub(crate) fn build(store: Store, parts: Parts, settings: &Settings) -> App {
    Pericarp::builder(store)
        .with(parts)
        .retry(settings.config.retry)
        .cached_aggregates(settings.config.aggregates.cached)
        .layer(Trace::new())
        .layer(Metrics)
        .layer(CatchPanic)
        .layer(Timeout::new(settings.timeout))
        .layer(Limit::queued(settings.at_once, settings.waiting))
        .layer(Idempotent)
        .build()
}
// ANCHOR_END: app

/// What requests and their middlewares need.
pub struct Parts {
    pub(crate) views: Arc<Views>,
    pub(crate) cache: Cache,
    pub(crate) requests: RequestMetrics,
}

impl Parts {
    pub(crate) fn new(
        views: Arc<Views>,
        cache: Cache,
        registry: &Registry,
    ) -> Result<Self, RegisterError> {
        let requests = RequestMetrics::new(registry)?;
        Ok(Self {
            views,
            cache,
            requests,
        })
    }
}

impl Provide<Views> for Parts {
    fn provide(&self) -> &Views {
        &self.views
    }
}

impl Provide<Cache> for Parts {
    fn provide(&self) -> &Cache {
        &self.cache
    }
}

impl Provide<RequestMetrics> for Parts {
    fn provide(&self) -> &RequestMetrics {
        &self.requests
    }
}
