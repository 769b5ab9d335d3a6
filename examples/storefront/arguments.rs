use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use pericarp::config::{Config, ConfigError, Secret, Sources};

use crate::settings::{Place, Settings};

/// A shop over HTTP.
#[derive(Clone, Debug, Parser)]
#[command(name = "storefront")]
pub struct Arguments {
    /// A file in TOML; variables that begin with `PERICARP_` are over it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The SQLite file [default: that of the configuration, pericarp.db]
    #[arg(long, value_name = "PATH")]
    pub db: Option<PathBuf>,

    /// A PostgreSQL database instead; without a URL, that of the configuration
    #[arg(long, value_name = "URL", num_args = 0..=1, conflicts_with = "db")]
    pub postgres: Option<Option<String>>,

    /// A Redis, in which processes share answers
    #[arg(long, value_name = "URL")]
    pub redis: Option<String>,

    /// Where to listen; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Show profiles at this port of the loopback address
    #[arg(long, value_name = "PORT")]
    pub debug: Option<u16>,

    /// How many requests are at work at once
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub at_once: usize,

    /// How many more may wait; others are told to come later
    #[arg(long, value_name = "N", default_value_t = 1_024)]
    pub waiting: usize,

    /// How many seconds a request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub timeout: u64,

    /// Print what may be in the file, and end
    #[arg(long)]
    pub template: bool,
}

impl Arguments {
    // ANCHOR: settings
    /// What they say, over the file and the environment.
    ///
    /// # Errors
    /// [`ConfigError`] if the file or a variable says what cannot be.
    pub fn settings(self) -> Result<Settings, ConfigError> {
        let sources = match &self.config {
            Some(file) => Sources::new().file(file)?,
            None => Sources::new(),
        };
        let mut config = sources.environment().load()?;
        let place = self.place(&mut config);
        Ok(Settings {
            config,
            place,
            redis: self.redis.map(Secret::new),
            listen: self.listen,
            debug: self.debug,
            at_once: self.at_once,
            waiting: self.waiting,
            timeout: Duration::from_secs(self.timeout),
            ..Settings::default()
        })
    }
    // ANCHOR_END: settings

    fn place(&self, config: &mut Config) -> Place {
        if let Some(path) = &self.db {
            config.sqlite.path.clone_from(path);
        }
        match &self.postgres {
            None => return Place::Sqlite,
            Some(None) => {}
            Some(Some(url)) => config.postgres.url = Secret::new(url),
        }
        Place::Postgres
    }
}
