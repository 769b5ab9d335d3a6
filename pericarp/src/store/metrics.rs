use crate::metrics::catalogue::{
    STORE_APPEND_SECONDS, STORE_APPENDS, STORE_APPENDS_IN_FLIGHT, STORE_BATCH_COMMITS,
    STORE_COMMIT_EVENTS, STORE_LOADS, STORE_PAGE_EVENTS, STORE_QUEUE_LENGTH, STORE_SNAPSHOTS,
};
use crate::metrics::{Counter, Family, Gauge, Histogram, RegisterError, Registry};

/// Where a store records what it does. Clones share it.
///
/// ```
/// use pericarp::metrics::Registry;
/// use pericarp::store::sqlite::SqliteOptions;
/// use pericarp::store::{Measured, SqliteStore, StoreMetrics};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("bank.db");
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let registry = Registry::new();
/// let metrics = StoreMetrics::new(&registry, "bank")?;
/// let options = SqliteOptions::new(&path).metrics(metrics.clone());
/// let store = Measured::new(SqliteStore::open_with(options).await?, metrics);
/// # let _ = store;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StoreMetrics {
    name: String,
    appends: Family<Counter, 2>,
    loads: Family<Counter, 2>,
    pub(super) stored: Counter,
    pub(super) loaded: Counter,
    pub(super) append_seconds: Histogram,
    pub(super) in_flight: Gauge,
    pub(super) commit_events: Histogram,
    pub(super) page_events: Histogram,
    pub(super) snapshots_taken: Counter,
    pub(super) snapshots_used: Counter,
    pub(super) snapshots_refused: Counter,
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        expect(dead_code, reason = "a store without a writer has no batches")
    )]
    batch_commits: Histogram,
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        expect(dead_code, reason = "a store without a writer has no queue")
    )]
    queue_length: Gauge,
}

impl StoreMetrics {
    /// The metrics of a store, whose label `store` has the value `name`.
    ///
    /// # Errors
    /// [`RegisterError`] if the registry has others of these names.
    pub fn new(registry: &Registry, name: &str) -> Result<Self, RegisterError> {
        let (appends, loads) = (
            registry.counter(&STORE_APPENDS)?,
            registry.counter(&STORE_LOADS)?,
        );
        let snapshots = registry.counter(&STORE_SNAPSHOTS)?;
        Ok(Self {
            name: name.to_owned(),
            stored: appends.with([name, "ok"]).clone(),
            loaded: loads.with([name, "ok"]).clone(),
            append_seconds: registry
                .histogram(&STORE_APPEND_SECONDS)?
                .with([name])
                .clone(),
            in_flight: registry
                .gauge(&STORE_APPENDS_IN_FLIGHT)?
                .with([name])
                .clone(),
            commit_events: registry
                .histogram(&STORE_COMMIT_EVENTS)?
                .with([name])
                .clone(),
            page_events: registry.histogram(&STORE_PAGE_EVENTS)?.with([name]).clone(),
            snapshots_taken: snapshots.with([name, "taken"]).clone(),
            snapshots_used: snapshots.with([name, "used"]).clone(),
            snapshots_refused: snapshots.with([name, "refused"]).clone(),
            batch_commits: registry
                .histogram(&STORE_BATCH_COMMITS)?
                .with([name])
                .clone(),
            queue_length: registry.gauge(&STORE_QUEUE_LENGTH)?.with([name]).clone(),
            appends,
            loads,
        })
    }

    pub(super) fn append_failed(&self, code: &str) {
        self.appends.with([&self.name, code]).increment();
    }

    pub(super) fn load_failed(&self, code: &str) {
        self.loads.with([&self.name, code]).increment();
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) fn batch(&self, commits: usize) {
        self.batch_commits.record(commits as u64);
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) fn read_queue(&self, length: impl Fn() -> usize + Send + 'static) {
        let length = move || i64::try_from(length()).unwrap_or(i64::MAX);
        self.queue_length.read_from(length);
    }
}
