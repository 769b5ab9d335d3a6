use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::store::{Durability, Limits, OpenError, StoreMetrics, WhenFull};
use crate::{Clock, SystemClock};

/// How a SQLite log is opened.
///
/// ```
/// use pericarp::store::sqlite::{Durability, SqliteOptions};
///
/// let options = SqliteOptions::new("bank.db").readers(4).durability(Durability::Full);
/// assert_eq!(options.path(), std::path::Path::new("bank.db"));
/// ```
#[derive(Clone)]
pub struct SqliteOptions {
    pub(super) path: PathBuf,
    pub(super) durability: Durability,
    pub(super) limits: Limits,
    pub(super) when_full: WhenFull,
    pub(super) queue_capacity: usize,
    pub(super) linger: Duration,
    pub(super) readers: usize,
    pub(super) busy_timeout: Duration,
    pub(super) mmap_bytes: u64,
    pub(super) cache_kib: u32,
    pub(super) checkpoint_pages: u32,
    pub(super) poll_interval: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Option<StoreMetrics>,
}

impl SqliteOptions {
    /// The defaults, for the file at `path`, which is a path and never a URI.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            durability: Durability::Full,
            limits: Limits::default(),
            when_full: WhenFull::Wait,
            queue_capacity: 1_024,
            linger: Duration::from_micros(200),
            readers: std::thread::available_parallelism()
                .map_or(2, usize::from)
                .clamp(2, 4),
            busy_timeout: Duration::from_secs(5),
            mmap_bytes: 128 << 20,
            cache_kib: 16 << 10,
            checkpoint_pages: 16_000,
            poll_interval: Duration::from_millis(50),
            clock: Arc::new(SystemClock),
            metrics: None,
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
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

    /// How long the writer waits, after the first append, for as many as the last batch had:
    /// 200 µs unless told otherwise, and at most 1 s. A lone appender waits for nobody, but for once
    /// after a batch of several.
    #[must_use]
    pub const fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// How many threads read, one connection each: the number of cores, from 2 to 4, unless told
    /// otherwise.
    #[must_use]
    pub const fn readers(mut self, threads: usize) -> Self {
        self.readers = threads;
        self
    }

    /// How long to wait for another process that is writing: 5 s unless told otherwise.
    #[must_use]
    pub const fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// How many bytes of the file the readers see through a memory map: the first 128 MiB unless
    /// told otherwise, 0 for none. The writer never uses it.
    ///
    /// Without a map, all connections of a process wait for each other at the one lock of
    /// SQLite's page cache, and replay runs at about half the speed. With it, an I/O error of the
    /// disk under the file is a `SIGBUS`, which ends the process, in place of a
    /// [`ReadError`](crate::store::ReadError); what was acknowledged is safe either way. See
    /// <https://sqlite.org/mmap.html>.
    #[must_use]
    pub const fn mmap_bytes(mut self, bytes: u64) -> Self {
        self.mmap_bytes = bytes;
        self
    }

    /// The page cache of each connection, in KiB: 16 MiB unless told otherwise.
    #[must_use]
    pub const fn cache_kib(mut self, kib: u32) -> Self {
        self.cache_kib = kib;
        self
    }

    /// After how many pages of write-ahead log the writer copies them into the file: 16,000 (some
    /// 65 MB) unless told otherwise. Fewer make commits slower and the WAL smaller.
    #[must_use]
    pub const fn checkpoint_pages(mut self, pages: u32) -> Self {
        self.checkpoint_pages = pages;
        self
    }

    /// How often to look for events of other processes while somebody
    /// [waits](crate::store::Store::wait_past): every 50 ms unless told otherwise, and at least
    /// every hour. The store's own events are told of at once.
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

    pub(super) fn place(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn check(&self) -> Result<(), OpenError> {
        let refuse = |option, value: usize, rule| {
            Err(OpenError::Option {
                place: self.place(),
                option,
                value: value.to_string(),
                rule,
            })
        };
        if self.readers == 0 || self.readers > 64 {
            return refuse("readers", self.readers, "from 1 to 64");
        }
        // The most that a tokio semaphore can count.
        if self.queue_capacity == 0 || self.queue_capacity > 1 << 20 {
            return refuse("queue capacity", self.queue_capacity, "from 1 to 1048576");
        }
        if self.limits.max_bytes_per_commit > MAX_BYTES {
            let value = self.limits.max_bytes_per_commit;
            return refuse("max_bytes_per_commit", value, MAX_BYTES_RULE);
        }
        if self.linger > Duration::from_secs(1) {
            return refuse("linger", self.linger.as_secs() as usize, "at most 1 s");
        }
        let polled = Duration::from_millis(1)..=Duration::from_secs(3_600);
        if !polled.contains(&self.poll_interval) {
            let millis = self.poll_interval.as_millis() as usize;
            return refuse("poll_interval in ms", millis, "from 1 to 3600000");
        }
        if self.busy_timeout.as_millis() > i32::MAX as u128 {
            let seconds = self.busy_timeout.as_secs() as usize;
            return refuse("busy_timeout", seconds, "at most 2147483 s, SQLite's limit");
        }
        for (option, value) in [
            ("checkpoint_pages", self.checkpoint_pages),
            ("cache_kib", self.cache_kib),
        ] {
            if value > i32::MAX as u32 {
                return refuse(option, value as usize, "at most 2147483647, SQLite's limit");
            }
        }
        Ok(())
    }
}

/// SQLite refuses a row of more than 1,000,000,000 bytes, names included:
/// <https://sqlite.org/limits.html>.
const MAX_BYTES: usize = 999_000_000;
const MAX_BYTES_RULE: &str = "at most 999000000, since a row of SQLite holds 1 GB";

impl std::fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("path", &self.path)
            .field("durability", &self.durability)
            .field("limits", &self.limits)
            .field("queue_capacity", &self.queue_capacity)
            .field("when_full", &self.when_full)
            .field("linger", &self.linger)
            .field("readers", &self.readers)
            .field("busy_timeout", &self.busy_timeout)
            .field("mmap_bytes", &self.mmap_bytes)
            .field("cache_kib", &self.cache_kib)
            .field("checkpoint_pages", &self.checkpoint_pages)
            .field("poll_interval", &self.poll_interval)
            .finish_non_exhaustive()
    }
}
