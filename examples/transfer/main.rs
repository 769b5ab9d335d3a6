//! Moves a whole log: out of a store into a file, and from a file into a store.
//!
//! ```text
//! cargo run --release --example transfer -- export bank.db log.ndjson.gz
//! cargo run --release --example transfer -- import log.ndjson.gz other.db
//! cargo run --release --example transfer -- import log.ndjson.gz postgres://bank:secret@localhost/bank
//! cargo run --release --example transfer -- import --renumber log.ndjson.gz other.db
//! ```

mod bar;
mod place;

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use pericarp::store::{BulkStore, PostgresStore, Store};
use pericarp::transfer::{Export, Import};

use crate::place::Place;

/// Moves a whole log out of a store, or into one.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Writes the log of a store to a file
    Export {
        /// The store: a SQLite file that exists, or the URL of a PostgreSQL database
        from: Place,
        /// The file; compressed if its name ends in `.gz`
        to: PathBuf,
    },
    /// Reads a log from a file into a store; running it again goes on where it ended
    Import {
        /// The file, compressed or not
        from: PathBuf,
        /// The store: a SQLite file, made if there is none, or the URL of a PostgreSQL database
        to: Place,
        /// Give the events new positions, behind those that the store has
        #[arg(long)]
        renumber: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().verb).await {
        Ok(()) => ExitCode::SUCCESS,
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

async fn run(verb: Verb) -> Result<(), Box<dyn Error>> {
    match verb {
        Verb::Export { from, to } => match from {
            Place::File(path) => export(place::open_existing(&path).await?, &to).await,
            Place::Postgres(url) => export(PostgresStore::open(&url).await?, &to).await,
        },
        Verb::Import { from, to, renumber } => {
            // Before a store is made for nothing.
            let size = place::size_of(&from)?;
            match to {
                Place::File(path) => import(&from, size, place::open(&path).await?, renumber).await,
                Place::Postgres(url) => {
                    import(&from, size, PostgresStore::open(&url).await?, renumber).await
                }
            }
        }
    }
}

async fn export(store: impl Store, to: &Path) -> Result<(), Box<dyn Error>> {
    let bar = bar::of_events(store.head().await?.get());
    let started = Instant::now();
    let outcome = Export::of(&store)
        .progress(|so_far| bar.set_position(so_far.position.get()))
        .to_path(to)
        .await;
    bar.finish_and_clear();
    store.close().await;
    let exported = outcome?;
    say(format!(
        "{} events exported to {}, {} bytes, {}",
        exported.events,
        to.display(),
        exported.bytes,
        pace(exported.events, started.elapsed()),
    ))
}

async fn import(
    from: &Path,
    size: u64,
    store: impl BulkStore,
    renumber: bool,
) -> Result<(), Box<dyn Error>> {
    let bar = bar::of_bytes(size);
    let started = Instant::now();
    let import = Import::into(&store).progress(|so_far| bar.set_position(so_far.bytes));
    let import = if renumber { import.renumber() } else { import };
    let outcome = import.from_path(from).await;
    bar.finish_and_clear();
    store.close().await;
    let imported = outcome?;
    let events = imported.added + imported.skipped;
    say(format!(
        "{} events imported, {} were there, {}",
        imported.added,
        imported.skipped,
        pace(events, started.elapsed()),
    ))?;
    if imported.raised > 0 {
        say(format!(
            "{} of them are recorded later than before: the log had newer ones",
            imported.raised
        ))?;
    }
    Ok(())
}

fn pace(events: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let per_second = events as f64 / seconds.max(1e-9);
    format!("{seconds:.2} s ({per_second:.0} events/s)")
}

/// `println!` for a reader who may go away.
fn say(text: impl Display) -> Result<(), Box<dyn Error>> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
