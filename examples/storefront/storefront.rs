//! A storefront that is open: the application, with all that works for it.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use pericarp::cache::{Cache, InvalidUrl, Redis};
use pericarp::config::Secret;
use pericarp::metrics::{Description, RegisterError, Registry};
use pericarp::store::{Measured, PostgresStore, ReadError, SqliteStore, Store as _, StoreMetrics};
use pericarp::tower::RequestService;
use pericarp::workers::Workers;
use pericarp::{Pericarp, Position, Queue};
use tokio::task::JoinHandle;
use tower::ServiceBuilder;
use tower::limit::{ConcurrencyLimit, ConcurrencyLimitLayer};

use crate::app::{self, App, Layers, Parts};
use crate::checkout::Checkout;
use crate::error::StartError;
use crate::feed;
use crate::log::{Log, Store};
use crate::notices::Notices;
use crate::settings::{Place, Settings};
use crate::shop::Restock;
use crate::views::Views;

/// How long answers are kept that processes share.
const SHARED_FOR: Duration = Duration::from_secs(600);

/// How many suppliers are served at once.
const SUPPLIERS: usize = 8;

const VIEW_POSITION: Description = Description::gauge(
    "storefront_view_position",
    "The position in the log that the read models have reached.",
);

/// The application as a service of tower, for suppliers: a few at once.
pub(crate) type Restocking = ConcurrencyLimit<RequestService<Restock, App>>;

/// A storefront that is open.
pub struct Storefront {
    /// What handles commands and queries.
    pub app: App,
    /// What handles what concerns several aggregates.
    pub checkout: Checkout,
    /// Takes commands to be executed by and by.
    pub queue: Queue<Store, Parts, Layers>,
    pub(crate) restocking: Restocking,
    pub(crate) registry: Registry,
    feed: JoinHandle<()>,
}

impl Storefront {
    /// Opens the log, fills the read models from it, and lets them follow it.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(settings: &Settings) -> Result<Self, StartError> {
        let registry = Registry::new();
        let store = Arc::new(open_log(settings, &registry).await?);
        let cache = open_cache(settings.redis.as_ref())?;
        let archive = Pericarp::new(store.clone()).repository();
        let views = Arc::new(Views::new(archive, settings.orders_in_memory));

        let invalidation = feed::invalidation(&cache)?;
        feed::catch_up(&store, &views, &invalidation).await?;
        let feed = tokio::spawn({
            let (store, views) = (store.clone(), views.clone());
            async move {
                if let Err(error) = feed::follow(&store, &views, &invalidation).await {
                    tracing::error!(error = &error as &dyn Error, "the read models stop");
                }
            }
        });
        watch(&views, &registry)?;

        let workers = Workers::builder().build();
        let notices = Notices::new(workers.clone(), &registry)?.dispatcher()?;
        let parts = Parts::new(views, cache, &registry)?;
        let app = app::build(store, parts, settings);
        // ANCHOR: service
        let restocking = ServiceBuilder::new()
            .layer(ConcurrencyLimitLayer::new(SUPPLIERS))
            .service(app.service::<Restock>());
        // ANCHOR_END: service
        Ok(Self {
            checkout: Checkout::new(app.clone(), notices),
            queue: app.queue(workers),
            restocking,
            registry,
            feed,
            app,
        })
    }

    /// Where the log ends.
    pub(crate) async fn head(&self) -> Result<Position, ReadError> {
        self.app.store().head().await
    }

    /// Whether the read models follow the log.
    pub(crate) fn is_following(&self) -> bool {
        !self.feed.is_finished()
    }

    // ANCHOR: close
    /// Carries out what was accepted, and closes the log, with which the read models stop. Whoever
    /// comes later gets an error.
    pub async fn close(&self) {
        self.queue.workers().close().await;
        self.app.store().close().await;
    }
    // ANCHOR_END: close
}

async fn open_log(settings: &Settings, registry: &Registry) -> Result<Measured<Log>, StartError> {
    let metrics = StoreMetrics::new(registry, "storefront")?;
    let log = match settings.place {
        Place::Sqlite => {
            let options = settings.config.sqlite_options().metrics(metrics.clone());
            Log::Sqlite(SqliteStore::open_with(options).await?)
        }
        Place::Postgres => {
            let options = settings.config.postgres_options()?.metrics(metrics.clone());
            Log::Postgres(PostgresStore::open_with(options).await?)
        }
    };
    Ok(Measured::new(log, metrics))
}

fn open_cache(redis: Option<&Secret>) -> Result<Cache, InvalidUrl> {
    let cache = Cache::builder().capacity(20_000);
    let cache = match redis {
        Some(url) => cache.second_level(Redis::new(url.reveal(), "storefront")?, SHARED_FOR),
        None => cache,
    };
    Ok(cache.build())
}

fn watch(views: &Arc<Views>, registry: &Registry) -> Result<(), RegisterError> {
    let watched = Arc::downgrade(views);
    let position = move || watched.upgrade().map_or(0, |views| views.position().get());
    let gauge = registry.gauge(&VIEW_POSITION)?;
    gauge.with([]).read_from(move || position().cast_signed());
    Ok(())
}
