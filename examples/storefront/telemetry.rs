//! Where logs go.

use std::io;

use pericarp::config::LogLevel;
use tracing::level_filters::LevelFilter;

/// Sends logs to the standard error of this process.
pub fn install(level: LogLevel) {
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::from(level))
        .with_writer(io::stderr)
        .init();
}
