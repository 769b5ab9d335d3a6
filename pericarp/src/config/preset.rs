use std::time::Duration;

use super::{Config, LogLevel};
use crate::store::{Durability, WhenFull};

/// What all keys are that nobody says anything about.
///
/// ```
/// use pericarp::config::{Config, Preset};
/// use pericarp::store::Durability;
///
/// assert_eq!(Config::of(Preset::Production).appends.durability, Durability::Full);
/// assert_eq!(Config::of(Preset::Test).appends.durability, Durability::Relaxed);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// What the library does unless told otherwise.
    #[default]
    Default,
    /// A server under load: longer queues that refuse rather than grow the wait, larger caches, more
    /// connections, which are kept open.
    Production,
    /// One developer's machine: what is acknowledged need not survive a power cut, few connections,
    /// everything that happens in the log.
    Development,
    /// Tests: nothing waits that need not, small caches, failures alone in the log.
    Test,
}

impl Preset {
    pub(super) const WORDS: &'static [&'static str] =
        &["default", "production", "development", "test"];

    pub(super) const ALL: [Self; 4] = [
        Self::Default,
        Self::Production,
        Self::Development,
        Self::Test,
    ];

    pub(super) fn apply(self, config: &mut Config) {
        let millis = Duration::from_millis;
        config.preset = self;
        match self {
            Self::Default => {}
            Self::Production => {
                config.appends.queue_capacity = 8_192;
                config.appends.when_full = WhenFull::Reject;
                config.aggregates.cached = 10_000;
                config.sqlite.readers = 4;
                config.sqlite.mmap_bytes = 1 << 30;
                config.sqlite.cache_kib = 64 << 10;
                config.postgres.max_connections = 32;
                config.postgres.min_connections = 2;
            }
            Self::Development => {
                config.appends.durability = Durability::Relaxed;
                config.aggregates.cached = 100;
                config.postgres.max_connections = 4;
                config.log.level = LogLevel::Debug;
            }
            Self::Test => {
                config.appends.durability = Durability::Relaxed;
                config.appends.linger = Duration::ZERO;
                config.aggregates.cached = 10;
                config.sqlite.readers = 2;
                config.sqlite.mmap_bytes = 0;
                config.sqlite.cache_kib = 2 << 10;
                config.sqlite.poll_interval = millis(5);
                config.postgres.max_connections = 4;
                config.postgres.poll_interval = millis(5);
                config.retry.max_delay = millis(10);
                config.log.level = LogLevel::Error;
            }
        }
    }
}
