//! Examines a log, and says what to do about what it finds; the exit code is 1 if it is broken.
//!
//! ```text
//! cargo run --release --example doctor -- bank.db
//! cargo run --release --example doctor -- --thorough postgres://bank:secret@localhost/bank
//! ```

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use pericarp::doctor::{Depth, Report};
use pericarp::store::{PostgresStore, SqliteStore, Store};

/// Examines a log while it is in use.
#[derive(Debug, Parser)]
struct Arguments {
    /// Look at every event too, which takes as long as reading the log
    #[arg(long)]
    thorough: bool,
    /// The log: a SQLite file that exists, or the URL of a PostgreSQL database
    log: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { thorough, log } = Arguments::parse();
    let depth = if thorough {
        Depth::Thorough
    } else {
        Depth::Quick
    };
    match examine(&log, depth).await {
        Ok(report) => {
            print!("{report}");
            ExitCode::from(u8::from(!report.is_healthy()))
        }
        Err(error) => {
            eprint!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

/// Opens the log, which brings its schema to this build's, and examines it.
async fn examine(log: &str, depth: Depth) -> Result<Report, Box<dyn Error>> {
    if log.starts_with("postgres://") || log.starts_with("postgresql://") {
        let store = PostgresStore::open(log).await?;
        let report = store.doctor(depth).await?;
        store.close().await;
        return Ok(report);
    }
    // Opening would make a new log.
    if !Path::new(log).is_file() {
        return Err(format!("there is no file `{log}`").into());
    }
    let store = SqliteStore::open(log).await?;
    let report = store.doctor(depth).await?;
    store.close().await;
    Ok(report)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_new_log_is_healthy_and_a_missing_one_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank.db");
        let log = path.to_str().unwrap();
        let error = examine(log, Depth::Quick).await.unwrap_err();
        assert!(error.to_string().contains("there is no file"));
        assert!(!path.exists());
        SqliteStore::open(&path).await.unwrap().close().await;
        let report = examine(log, Depth::Thorough).await.unwrap();
        assert!(report.is_healthy(), "{report}");
    }
}
