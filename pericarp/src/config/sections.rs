use std::path::PathBuf;
use std::time::Duration;

use super::{LogLevel, Preset, Secret};
use crate::Retry;
use crate::app::CACHED_AGGREGATES;
#[cfg(feature = "sqlite")]
use crate::store::sqlite::SqliteOptions;
use crate::store::{Durability, Limits, WhenFull};

/// What an application is told when it starts: see the [module](super). `Display` writes it as a
/// file that says the same, with secrets hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// What holds where nothing else is said.
    pub preset: Preset,
    /// How large a commit may be.
    pub limits: Limits,
    /// How appends are collected and acknowledged.
    pub appends: AppendConfig,
    /// How often commands are decided again after a conflict.
    pub retry: Retry,
    /// Aggregates that stay in memory.
    pub aggregates: AggregateConfig,
    /// The log in a SQLite file.
    pub sqlite: SqliteConfig,
    /// The log in a PostgreSQL database.
    pub postgres: PostgresConfig,
    /// What is logged.
    pub log: LogConfig,
}

/// How appends are collected and acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppendConfig {
    /// When an append is acknowledged.
    pub durability: Durability,
    /// How many may wait for the writer.
    pub queue_capacity: usize,
    /// What happens to one more.
    pub when_full: WhenFull,
    /// How long the writer waits for as many as last time.
    pub linger: Duration,
}

/// Aggregates that stay in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AggregateConfig {
    /// How many: for [`PericarpBuilder::cached_aggregates`](crate::PericarpBuilder::cached_aggregates).
    pub cached: usize,
}

/// The log in a SQLite file: see `SqliteOptions`, which has the same names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the options that they become are documented")]
#[non_exhaustive]
pub struct SqliteConfig {
    pub path: PathBuf,
    pub readers: usize,
    pub busy_timeout: Duration,
    pub mmap_bytes: u64,
    pub cache_kib: u32,
    pub checkpoint_pages: u32,
    pub poll_interval: Duration,
}

/// The log in a PostgreSQL database: see `PostgresOptions`, which has the same names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the options that they become are documented")]
#[non_exhaustive]
pub struct PostgresConfig {
    pub url: Secret,
    pub schema: String,
    pub batch_size: usize,
    pub max_connections: u32,
    pub min_connections: u32,
    pub acquire_timeout: Duration,
    pub idle_timeout: Option<Duration>,
    pub max_lifetime: Option<Duration>,
    pub statement_cache: usize,
    pub query_timeout: Option<Duration>,
    pub listen: bool,
    pub poll_interval: Duration,
}

/// What is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogConfig {
    /// Up to which level.
    pub level: LogLevel,
}

impl Config {
    /// What a preset says.
    pub fn of(preset: Preset) -> Self {
        let mut config = Self::library();
        preset.apply(&mut config);
        config
    }

    /// The options of the log in a SQLite file.
    #[cfg(feature = "sqlite")]
    pub fn sqlite_options(&self) -> SqliteOptions {
        let (appends, sqlite) = (&self.appends, &self.sqlite);
        SqliteOptions::new(&sqlite.path)
            .durability(appends.durability)
            .queue(appends.queue_capacity, appends.when_full)
            .linger(appends.linger)
            .limits(self.limits)
            .readers(sqlite.readers)
            .busy_timeout(sqlite.busy_timeout)
            .mmap_bytes(sqlite.mmap_bytes)
            .cache_kib(sqlite.cache_kib)
            .checkpoint_pages(sqlite.checkpoint_pages)
            .poll_interval(sqlite.poll_interval)
    }

    /// The options of the log in a PostgreSQL database.
    ///
    /// # Errors
    /// [`OpenError::Option`](crate::store::OpenError) if `postgres.url` is no URL of a database.
    #[cfg(feature = "postgres")]
    pub fn postgres_options(
        &self,
    ) -> Result<crate::store::postgres::PostgresOptions, crate::store::OpenError> {
        let (appends, postgres) = (&self.appends, &self.postgres);
        let options = crate::store::postgres::PostgresOptions::parse(postgres.url.reveal())?;
        Ok(options
            .durability(appends.durability)
            .queue(appends.queue_capacity, appends.when_full)
            .linger(appends.linger)
            .limits(self.limits)
            .schema(&postgres.schema)
            .batch_size(postgres.batch_size)
            .max_connections(postgres.max_connections)
            .min_connections(postgres.min_connections)
            .acquire_timeout(postgres.acquire_timeout)
            .idle_timeout(postgres.idle_timeout)
            .max_lifetime(postgres.max_lifetime)
            .statement_cache(postgres.statement_cache)
            .query_timeout(postgres.query_timeout)
            .listen(postgres.listen)
            .poll_interval(postgres.poll_interval))
    }

    fn library() -> Self {
        let (seconds, minutes) = (Duration::from_secs, |n: u64| Duration::from_secs(60 * n));
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            preset: Preset::Default,
            limits: Limits::DEFAULT,
            appends: AppendConfig {
                durability: Durability::Full,
                queue_capacity: 1_024,
                when_full: WhenFull::Wait,
                linger: Duration::from_micros(200),
            },
            retry: Retry::default(),
            aggregates: AggregateConfig {
                cached: CACHED_AGGREGATES,
            },
            sqlite: SqliteConfig {
                path: "pericarp.db".into(),
                readers: cores.clamp(2, 4),
                busy_timeout: seconds(5),
                mmap_bytes: 128 << 20,
                cache_kib: 16 << 10,
                checkpoint_pages: 16_000,
                poll_interval: Duration::from_millis(50),
            },
            postgres: PostgresConfig {
                url: Secret::new("postgres://"),
                schema: "public".into(),
                batch_size: 1_000,
                max_connections: 10,
                min_connections: 0,
                acquire_timeout: seconds(5),
                idle_timeout: Some(minutes(10)),
                max_lifetime: Some(minutes(30)),
                statement_cache: 100,
                query_timeout: Some(seconds(30)),
                listen: true,
                poll_interval: Duration::from_millis(250),
            },
            log: LogConfig {
                level: LogLevel::Info,
            },
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::of(Preset::Default)
    }
}
