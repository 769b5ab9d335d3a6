use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::store::{Durability, Limits, OpenError, StoreMetrics, WhenFull};
use crate::{Clock, SystemClock};

/// How a log in PostgreSQL is opened.
///
/// ```
/// use pericarp::store::postgres::PostgresOptions;
///
/// let options = PostgresOptions::parse("postgres://bank:secret@db.example/bank")?
///     .schema("ledger")
///     .max_connections(20);
/// assert_eq!(options.place(), "postgres://bank@db.example:5432/bank, schema ledger");
/// # Ok::<(), pericarp::store::OpenError>(())
/// ```
#[derive(Clone)]
pub struct PostgresOptions {
    pub(super) connect: PgConnectOptions,
    pub(super) schema: String,
    pub(super) durability: Durability,
    pub(super) limits: Limits,
    pub(super) when_full: WhenFull,
    pub(super) queue_capacity: usize,
    pub(super) batch_size: usize,
    pub(super) linger: Duration,
    pub(super) max_connections: u32,
    pub(super) min_connections: u32,
    pub(super) acquire_timeout: Duration,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) statement_cache: usize,
    pub(super) query_timeout: Option<Duration>,
    pub(super) listen: bool,
    pub(super) poll_interval: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Option<StoreMetrics>,
}

impl PostgresOptions {
    /// The defaults, for the database at `url`: `postgres://user:password@host:port/database`,
    /// with the parameters that [`PgConnectOptions`] knows. What the URL leaves out comes from the
    /// environment (`PGHOST`, `PGUSER`, `PGPASSWORD` and so on), as with `psql`.
    ///
    /// # Errors
    /// [`OpenError::Option`] if it is no such URL.
    pub fn parse(url: &str) -> Result<Self, OpenError> {
        // The URL is not repeated in the error: it may hold a password.
        PgConnectOptions::from_str(url)
            .map(Self::new)
            .map_err(|error| OpenError::Option {
                place: "PostgreSQL".into(),
                option: "url",
                value: format!("no URL of a database ({error})"),
                rule: "like postgres://user:password@host:port/database",
            })
    }

    /// The defaults, with sqlx's own options for the connection.
    pub fn new(connect: PgConnectOptions) -> Self {
        Self {
            connect,
            schema: "public".into(),
            durability: Durability::Full,
            limits: Limits::default(),
            when_full: WhenFull::Wait,
            queue_capacity: 1_024,
            batch_size: 1_000,
            linger: Duration::from_micros(200),
            max_connections: 10,
            min_connections: 0,
            acquire_timeout: Duration::from_secs(5),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            statement_cache: 100,
            query_timeout: Some(Duration::from_secs(30)),
            listen: true,
            poll_interval: Duration::from_millis(250),
            clock: Arc::new(SystemClock),
            metrics: None,
        }
    }

    /// Where the log is, without the password.
    pub fn place(&self) -> String {
        let connect = &self.connect;
        let host = match connect.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", connect.get_host(), connect.get_port()),
        };
        let user = connect.get_username();
        let database = connect.get_database().unwrap_or(user);
        let schema = &self.schema;
        format!("postgres://{user}@{host}/{database}, schema {schema}")
    }

    /// The schema that the log's tables are in: `public` unless told otherwise. It is made if it
    /// does not exist. A database holds as many logs as it has schemas, and they do not wait for
    /// each other.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// When an append is acknowledged: [`Durability::Full`] unless told otherwise.
    #[must_use]
    pub const fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// How large a commit may be.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How many appends may wait for the writer, 1024 unless told otherwise, and what happens to
    /// one more.
    #[must_use]
    pub const fn queue(mut self, capacity: usize, when_full: WhenFull) -> Self {
        self.queue_capacity = capacity;
        self.when_full = when_full;
        self
    }

    /// How many events one statement stores at most, 1000 unless told otherwise, so that it holds
    /// the lock for a short time. A commit is never split: a larger one has a statement of its own.
    #[must_use]
    pub const fn batch_size(mut self, events: usize) -> Self {
        self.batch_size = events;
        self
    }

    /// How long the writer waits, after the first append, for as many as the last batch had:
    /// 200 µs unless told otherwise, and at most 1 s. A lone appender waits for nobody, but for once
    /// after a batch of several.
    #[must_use]
    pub const fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// How many connections read at most: 10 unless told otherwise. Beside them there is one that
    /// appends and, once a reader waits for events, one that listens and one that notifies.
    #[must_use]
    pub const fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = connections;
        self
    }

    /// How many idle connections the pool keeps open: none unless told otherwise.
    #[must_use]
    pub const fn min_connections(mut self, connections: u32) -> Self {
        self.min_connections = connections;
        self
    }

    /// How long to wait for a connection, made or idle, before it is an error: 5 s unless told
    /// otherwise. It is also how long the writer tries to reach a server that went away.
    #[must_use]
    pub const fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// After what time without use a connection is closed: 10 minutes unless told otherwise.
    #[must_use]
    pub const fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How old a connection gets: 30 minutes unless told otherwise.
    #[must_use]
    pub const fn max_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.max_lifetime = lifetime;
        self
    }

    /// How many prepared statements a connection keeps: 100 unless told otherwise. 0 prepares none
    /// by name, which makes each statement two round trips.
    #[must_use]
    pub const fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    /// How long a statement may run, at the server (`statement_timeout`) and, a little longer, here:
    /// 30 s unless told otherwise. `None` sends no setting, for a pgbouncer that accepts none, and
    /// waits for as long as it takes. Then the database's own default of the isolation level must
    /// be READ COMMITTED, as it is unless somebody changed it.
    #[must_use]
    pub const fn query_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.query_timeout = timeout;
        self
    }

    /// Whether readers who wait for events learn of them by `LISTEN`, which they do unless told
    /// otherwise. Without it, as behind a pgbouncer that pools transactions, they poll.
    #[must_use]
    pub const fn listen(mut self, listen: bool) -> Self {
        self.listen = listen;
        self
    }

    /// How often the end of the log is looked at while a reader waits for events, beside
    /// listening: every 250 ms unless told otherwise, and from 1 ms on.
    #[must_use]
    pub const fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Where `recorded_at` comes from: the system's clock unless told otherwise.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where the writer records how long its queue is and how large its batches are: nowhere unless
    /// told. [`Measured`](crate::store::Measured) records the rest.
    #[must_use]
    pub fn metrics(mut self, metrics: StoreMetrics) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// sqlx's options for a connection that does what these options say.
    pub(super) fn connection(&self) -> PgConnectOptions {
        let mut connect = self
            .connect
            .clone()
            .statement_cache_capacity(self.statement_cache)
            // There is no such number in a log, and pgbouncer does not know the setting.
            .extra_float_digits(None)
            .disable_statement_logging();
        if connect.get_application_name().is_none() {
            connect = connect.application_name("pericarp");
        }
        match self.query_timeout {
            Some(timeout) => connect.options([
                ("statement_timeout", timeout.as_millis().max(1).to_string()),
                // Appending needs it, whatever the default of the database or the user is.
                ("default_transaction_isolation", "read committed".into()),
            ]),
            None => connect,
        }
    }

    /// That of the writer, whose plans are made once: what is planned for a small table would be
    /// slow when it has grown.
    pub(super) fn writer_connection(&self) -> PgConnectOptions {
        let connect = self.connection();
        match self.query_timeout {
            Some(_) => connect.options([("enable_seqscan", "off")]),
            // Whoever says so has a pooler that refuses options.
            None => connect,
        }
    }

    pub(super) fn check(&self) -> Result<(), OpenError> {
        let refuse = |option, value: String, rule| {
            Err(OpenError::Option {
                place: self.place(),
                option,
                value,
                rule,
            })
        };
        let schema = &self.schema;
        let quotes = |c: char| c.is_control() || "'\"$\\".contains(c);
        if schema.is_empty() || schema.len() > 63 || schema.contains(quotes) {
            let rule = "1 to 63 bytes without quotes, `$`, `\\` and control characters";
            return refuse("schema", format!("{schema:?}"), rule);
        }
        if self.queue_capacity == 0 || self.queue_capacity > 1 << 20 {
            let value = self.queue_capacity.to_string();
            return refuse("queue capacity", value, "from 1 to 1048576");
        }
        if self.batch_size == 0 {
            return refuse("batch_size", "0".into(), "at least 1");
        }
        if self.limits.max_bytes_per_commit > MAX_BYTES {
            let value = self.limits.max_bytes_per_commit.to_string();
            return refuse("max_bytes_per_commit", value, MAX_BYTES_RULE);
        }
        if self.linger > Duration::from_secs(1) {
            return refuse("linger", format!("{:?}", self.linger), "at most 1 s");
        }
        if self.max_connections == 0 {
            return refuse("max_connections", "0".into(), "at least 1");
        }
        if self.min_connections > self.max_connections {
            let value = self.min_connections.to_string();
            return refuse("min_connections", value, "at most max_connections");
        }
        if self.query_timeout.is_some_and(|t| t.is_zero() || t > MOST) {
            let value = format!("{:?}", self.query_timeout.unwrap_or_default());
            return refuse("query_timeout", value, "from 1 ms to 24 days, or none");
        }
        if self.acquire_timeout.is_zero() || self.acquire_timeout > MOST {
            let value = format!("{:?}", self.acquire_timeout);
            return refuse("acquire_timeout", value, "from 1 ms to 24 days");
        }
        if self.poll_interval < Duration::from_millis(1) || self.poll_interval > MOST {
            let value = format!("{:?}", self.poll_interval);
            return refuse("poll_interval", value, "from 1 ms to 24 days");
        }
        Ok(())
    }
}

/// PostgreSQL counts a timeout as milliseconds in 32 bits.
const MOST: Duration = Duration::from_millis(i32::MAX as u64);

/// A message of the protocol has at most 1 GiB, and an array no more.
const MAX_BYTES: usize = 512 << 20;
const MAX_BYTES_RULE: &str = "at most 536870912: PostgreSQL takes 1 GiB at once, names included";

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("place", &self.place())
            .field("durability", &self.durability)
            .field("limits", &self.limits)
            .field("queue_capacity", &self.queue_capacity)
            .field("when_full", &self.when_full)
            .field("linger", &self.linger)
            .field("batch_size", &self.batch_size)
            .field("max_connections", &self.max_connections)
            .field("min_connections", &self.min_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("max_lifetime", &self.max_lifetime)
            .field("statement_cache", &self.statement_cache)
            .field("query_timeout", &self.query_timeout)
            .field("listen", &self.listen)
            .field("poll_interval", &self.poll_interval)
            .finish_non_exhaustive()
    }
}
