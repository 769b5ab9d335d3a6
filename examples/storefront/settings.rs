//! How a storefront runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use pericarp::config::{Config, Secret};

/// Where the log is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In the file `config.sqlite.path`.
    #[default]
    Sqlite,
    /// In the database `config.postgres.url`.
    Postgres,
}

/// How a storefront runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What Pericarp itself is told.
    pub config: Config,
    /// Where the log is.
    pub place: Place,
    /// Where answers are kept that processes share.
    pub redis: Option<Secret>,
    /// Where it listens.
    pub listen: SocketAddr,
    /// At which port of the loopback address it shows profiles, if at any; 0 for a free one.
    pub debug: Option<u16>,
    /// How many requests are at work at once.
    pub at_once: usize,
    /// How many more may wait.
    pub waiting: usize,
    /// How long a request may take.
    pub timeout: Duration,
    /// How long those who are served may take to leave.
    pub drain: Duration,
    /// How many orders are kept in memory.
    pub orders_in_memory: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            config: Config::default(),
            place: Place::default(),
            redis: None,
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            debug: None,
            at_once: 256,
            waiting: 1_024,
            timeout: Duration::from_secs(5),
            drain: Duration::from_secs(20),
            orders_in_memory: 50_000,
        }
    }
}
