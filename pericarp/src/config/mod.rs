//! What an application is told when it starts: a preset, a TOML file over it, and variables of the
//! environment over both.
//!
//! Each thing that can be told is a key, such as `sqlite.readers`. In a file it is `readers` of the
//! table `[sqlite]`, and in the environment `PERICARP_SQLITE__READERS`. A key that there is not, and
//! a value that cannot be, are errors that say where and what may be there instead.
//!
//! ```
//! use pericarp::config::{Config, Preset, Sources};
//!
//! let config = Sources::new()
//!     .text("bank.toml", "preset = 'production'\n[sqlite]\npath = 'bank.db'\n")
//!     .variables([("PERICARP_SQLITE__READERS", "3")])
//!     .load()?;
//! assert_eq!(config.preset, Preset::Production);
//! assert_eq!(config.sqlite.readers, 3);
//! # Ok::<(), pericarp::config::ConfigError>(())
//! ```

mod duration;
mod environment;
mod error;
mod file;
mod keys;
mod knob;
mod level;
mod preset;
mod secret;
mod sections;
mod sources;
mod template;
mod value;

pub use error::{ConfigError, Place};
pub use level::LogLevel;
pub use preset::Preset;
pub use secret::Secret;
pub use sections::{
    AggregateConfig, AppendConfig, Config, LogConfig, PostgresConfig, SqliteConfig,
};
pub use sources::Sources;
