use std::time::Duration;

use super::knob::Knob;
use super::value::{Allowed, Value};
use super::{LogLevel, Preset, Secret};
use crate::store::{Durability, WhenFull};

/// A whole number that is a field of the configuration.
macro_rules! number {
    ($key:literal, $($field:ident).+: $type:ty, $range:expr, $about:literal) => {
        Knob {
            key: $key,
            about: $about,
            allowed: Allowed::Integer($range),
            get: |config| Value::Integer(config.$($field).+ as u64),
            set: |config, value| {
                if let Value::Integer(number) = value {
                    config.$($field).+ = number as $type;
                }
            },
        }
    };
}

/// A word for each of the values of a field.
macro_rules! word {
    ($key:literal, $($field:ident).+, $words:expr, $values:expr, $about:literal) => {
        Knob {
            key: $key,
            about: $about,
            allowed: Allowed::Words($words),
            get: |config| {
                let place = $values.iter().position(|value| *value == config.$($field).+);
                Value::Word(place.unwrap_or_default())
            },
            set: |config, value| {
                if let Value::Word(number) = value
                    && let Some(value) = $values.get(number)
                {
                    config.$($field).+ = *value;
                }
            },
        }
    };
}

macro_rules! time {
    ($key:literal, $($field:ident).+, $range:expr, $about:literal) => {
        Knob {
            key: $key,
            about: $about,
            allowed: Allowed::Duration($range),
            get: |config| Value::Duration(Some(config.$($field).+)),
            set: |config, value| {
                if let Value::Duration(Some(duration)) = value {
                    config.$($field).+ = duration;
                }
            },
        }
    };
}

macro_rules! time_or_never {
    ($key:literal, $($field:ident).+, $range:expr, $about:literal) => {
        Knob {
            key: $key,
            about: $about,
            allowed: Allowed::DurationOrNever($range),
            get: |config| Value::Duration(config.$($field).+),
            set: |config, value| {
                if let Value::Duration(duration) = value {
                    config.$($field).+ = duration;
                }
            },
        }
    };
}

macro_rules! text {
    ($key:literal, $($field:ident).+, $allowed:ident, $read:expr, $make:expr, $about:literal) => {
        Knob {
            key: $key,
            about: $about,
            allowed: Allowed::$allowed,
            get: |config| Value::Text($read(&config.$($field).+)),
            set: |config, value| {
                if let Value::Text(text) = value {
                    config.$($field).+ = $make(text);
                }
            },
        }
    };
}

const ZERO: Duration = Duration::ZERO;
const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// What SQLite counts in, and the most bytes of its rows.
const INT: u64 = i32::MAX as u64;
const MOST_BYTES: u64 = 999_000_000;

/// Everything that can be told, in the order of the file.
pub(super) const KNOBS: &[Knob] = &[
    word!(
        "preset",
        preset,
        Preset::WORDS,
        Preset::ALL,
        "What holds for all keys that are not set."
    ),
    number!(
        "limits.max_events_per_commit", limits.max_events_per_commit: usize, 1..=1_000_000,
        "Events of one commit, at most. A larger transaction makes every other writer wait."
    ),
    number!(
        "limits.max_bytes_per_commit", limits.max_bytes_per_commit: usize, 1..=MOST_BYTES,
        "Bytes of payload and metadata of one commit, at most. PostgreSQL takes up to 536870912."
    ),
    word!(
        "appends.durability",
        appends.durability,
        &["full", "relaxed"],
        [Durability::Full, Durability::Relaxed],
        "When an append is acknowledged: full, on the disk; relaxed, when the database has it, so that a power cut may take the last commits."
    ),
    number!(
        "appends.queue_capacity", appends.queue_capacity: usize, 1..=1 << 20,
        "How many appends may wait for the writer."
    ),
    word!(
        "appends.when_full",
        appends.when_full,
        &["wait", "reject"],
        [WhenFull::Wait, WhenFull::Reject],
        "What one more does: wait for a place, or fail at once."
    ),
    time!(
        "appends.linger",
        appends.linger,
        ZERO..=SECOND,
        "How long the writer waits, after the first append, for as many as the last batch had."
    ),
    number!(
        "retry.attempts", retry.attempts: usize, 1..=1_000,
        "How often a command that conflicts is decided, the first time included."
    ),
    time!(
        "retry.min_delay",
        retry.min_delay,
        ZERO..=HOUR,
        "The shortest wait before it is decided again."
    ),
    time!(
        "retry.max_delay",
        retry.max_delay,
        ZERO..=HOUR,
        "The longest wait, before jitter."
    ),
    number!(
        "aggregates.cached", aggregates.cached: usize, 0..=100_000_000,
        "How many aggregates that say `cached` stay in memory from one command to the next; 0 for none."
    ),
    text!(
        "sqlite.path",
        sqlite.path,
        Text,
        |path: &std::path::PathBuf| path.display().to_string(),
        Into::into,
        "The file of the log."
    ),
    number!(
        "sqlite.readers", sqlite.readers: usize, 1..=64,
        "How many threads read, one connection each."
    ),
    time!(
        "sqlite.busy_timeout",
        sqlite.busy_timeout,
        ZERO..=DAY,
        "How long to wait for another process that is writing."
    ),
    number!(
        "sqlite.mmap_bytes", sqlite.mmap_bytes: u64, 0..=1 << 46,
        "How many bytes of the file the readers see through a memory map; 0 for none."
    ),
    number!(
        "sqlite.cache_kib", sqlite.cache_kib: u32, 0..=INT,
        "The page cache of each connection, in KiB."
    ),
    number!(
        "sqlite.checkpoint_pages", sqlite.checkpoint_pages: u32, 0..=INT,
        "After how many pages of write-ahead log they are copied into the file."
    ),
    time!(
        "sqlite.poll_interval",
        sqlite.poll_interval,
        MS..=HOUR,
        "How often to look for events of other processes while somebody waits."
    ),
    text!(
        "postgres.url",
        postgres.url,
        Secret,
        |url: &Secret| url.reveal().to_owned(),
        Secret::new,
        "The database: postgres://user:password@host:port/database. What it leaves out comes from PGHOST, PGUSER and so on. It is never logged."
    ),
    text!(
        "postgres.schema",
        postgres.schema,
        Text,
        String::clone,
        |schema| schema,
        "The schema that the log's tables are in."
    ),
    number!(
        "postgres.batch_size", postgres.batch_size: usize, 1..=1_000_000,
        "How many events one statement stores, at most."
    ),
    number!(
        "postgres.max_connections", postgres.max_connections: u32, 1..=10_000,
        "How many connections read, at most."
    ),
    number!(
        "postgres.min_connections", postgres.min_connections: u32, 0..=10_000,
        "How many idle connections are kept open; at most max_connections."
    ),
    time!(
        "postgres.acquire_timeout",
        postgres.acquire_timeout,
        MS..=DAY,
        "How long to wait for a connection."
    ),
    time_or_never!(
        "postgres.idle_timeout",
        postgres.idle_timeout,
        MS..=DAY,
        "After what time without use a connection is closed."
    ),
    time_or_never!(
        "postgres.max_lifetime",
        postgres.max_lifetime,
        MS..=DAY,
        "How old a connection gets."
    ),
    number!(
        "postgres.statement_cache", postgres.statement_cache: usize, 0..=100_000,
        "How many prepared statements a connection keeps."
    ),
    time_or_never!(
        "postgres.query_timeout",
        postgres.query_timeout,
        MS..=DAY,
        "How long a statement may run."
    ),
    Knob {
        key: "postgres.listen",
        about: "Whether readers who wait for events learn of them by LISTEN. Set false behind a pooler of transactions.",
        allowed: Allowed::Flag,
        get: |config| Value::Flag(config.postgres.listen),
        set: |config, value| {
            if let Value::Flag(flag) = value {
                config.postgres.listen = flag;
            }
        },
    },
    time!(
        "postgres.poll_interval",
        postgres.poll_interval,
        MS..=DAY,
        "How often to look for events, beside listening, while somebody waits."
    ),
    word!(
        "log.level",
        log.level,
        LogLevel::WORDS,
        LogLevel::ALL,
        "Up to which level is logged."
    ),
];

pub(super) fn knob(key: &str) -> Option<&'static Knob> {
    KNOBS.iter().find(|knob| knob.key == key)
}
