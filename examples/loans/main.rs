//! A bank's loan process, event-sourced: plays the log of the BPI Challenge 2012 into a store,
//! replays every application from it, and reports what became of them.
//!
//! ```text
//! cargo run --release --example loans                    # the sample that comes with it
//! cargo run --release --example loans -- --log FILE      # the whole log, .xes or .xes.gz
//! ```
//!
//! Read it in this order: `events` (what happens), `application` (the state it makes), `commands`
//! (what may be asked, and when it is refused), `import` and `report` (both sides of the store).
//! `xes`, `log` and `fault` read the log and know nothing of Pericarp.

mod application;
#[cfg(test)]
mod application_tests;
mod commands;
mod cut;
mod events;
#[cfg(test)]
mod events_tests;
mod fault;
#[cfg(test)]
mod fault_tests;
mod import;
#[cfg(test)]
mod import_tests;
mod log;
mod report;
mod table;
mod xes;

use std::error::Error;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use pericarp::Pericarp;
use pericarp::store::{MemoryStore, PostgresStore, SqliteStore, Store};

use crate::application::LoanApplication;
use crate::import::{Imported, Timeline, import};
use crate::report::Report;
use crate::table::{rate, thousands};

/// 525 whole cases; see `ATTRIBUTION.md` for where they come from.
const SAMPLE: &[u8] = include_bytes!("bpic2012-sample.xes.gz");

/// How many applications are loaded at a time.
const LOADED_TOGETHER: usize = 256;

/// How many faults of a log are listed one by one.
const FAULTS_LISTED: usize = 10;

/// Plays the log of a bank's loan process into a store and reports what became of the loans.
#[derive(Debug, Parser)]
struct Arguments {
    /// The log, XES, plain or gzip [default: a sample of 525 cases]
    #[arg(long, value_name = "PATH")]
    log: Option<PathBuf>,

    /// The SQLite file
    #[arg(long, value_name = "PATH", default_value = "loans.db")]
    db: PathBuf,

    /// Store in memory instead of in a file
    #[arg(long, conflicts_with = "db")]
    memory: bool,

    /// Store in a PostgreSQL database instead
    #[arg(long, value_name = "URL", conflicts_with_all = ["db", "memory"])]
    postgres: Option<String>,

    /// Cut a sample of about this many cases out of the log instead
    #[arg(long, hide = true, requires_all = ["log", "sample"])]
    cut_sample: Option<usize>,

    #[arg(hide = true, requires = "cut_sample")]
    sample: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        // Whoever reads the report may stop in the middle of it, as `head` does.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
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

async fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    if let (Some(count), Some(log), Some(sample)) =
        (arguments.cut_sample, &arguments.log, &arguments.sample)
    {
        let cases = cut::cut(log, count, sample)?;
        say(format!("{cases} cases are in {}", sample.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let timeline = read(arguments.log.as_deref())?;
    if timeline.is_empty() {
        return Ok(tell_faults(&timeline, &Imported::default()));
    }
    if arguments.memory {
        say("Store    in memory")?;
        play(Pericarp::new(MemoryStore::new()), &timeline).await
    } else if let Some(url) = &arguments.postgres {
        let store = PostgresStore::open(url).await?;
        say(format!("Store    {}", store.options().place()))?;
        play(Pericarp::new(store), &timeline).await
    } else {
        let store = SqliteStore::open(&arguments.db).await?;
        say(format!("Store    {}", arguments.db.display()))?;
        play(Pericarp::new(store), &timeline).await
    }
}

/// Reads the log at `path`, or the sample.
fn read(path: Option<&Path>) -> Result<Timeline, Box<dyn Error>> {
    let started = Instant::now();
    let timeline = match path {
        None => Timeline::read(log::cases(xes::open(Cursor::new(SAMPLE))?)),
        Some(path) => {
            let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let bar = bar(file.metadata()?.len(), "reading", "{bytes}/{total_bytes}");
            let timeline = Timeline::read(log::cases(xes::open(bar.wrap_read(file))?));
            bar.finish_and_clear();
            timeline
        }
    };
    say(format!(
        "Log      {}: {} applications, {} events, read in {:.2} s",
        path.map_or("the sample".into(), |path| path.display().to_string()),
        thousands(timeline.applications.len() as u64),
        thousands(timeline.len() as u64),
        started.elapsed().as_secs_f64(),
    ))?;
    Ok(timeline)
}

/// Imports, replays and reports.
async fn play<S: Store>(app: Pericarp<S>, timeline: &Timeline) -> Result<ExitCode, Box<dyn Error>> {
    let started = Instant::now();
    let progress = bar(
        timeline.len() as u64,
        "importing",
        "{human_pos}/{human_len} events",
    );
    let imported = import(&app, timeline, |events| progress.inc(events)).await?;
    progress.finish_and_clear();
    let import_time = started.elapsed();

    let started = Instant::now();
    let report = replay(&app, timeline).await?;
    let replay_time = started.elapsed();

    app.store().close().await;

    let added = rate(imported.added, "events", import_time);
    let known = thousands(imported.known);
    let import = match (imported.added, imported.known) {
        (0, _) => format!("nothing to add: {known} events were there"),
        (_, 0) => added,
        _ => format!("{added}; {known} were there"),
    };
    let replay = rate(report.events, "events", replay_time);
    say(format!("Import   {import}\nReplay   {replay}\n\n{report}"))?;
    Ok(tell_faults(timeline, &imported))
}

// ANCHOR: replay
/// Loads every application of the log from the store, which replays its events, and counts it.
async fn replay<S: Store>(
    app: &Pericarp<S>,
    timeline: &Timeline,
) -> Result<Report, pericarp::LoadError> {
    let applications = &timeline.applications;
    let progress = bar(
        applications.len() as u64,
        "replaying",
        "{human_pos}/{human_len} applications",
    );
    let mut report = Report::default();
    for some in applications.chunks(LOADED_TOGETHER) {
        let ids = some.iter().map(|heading| heading.id).collect::<Vec<_>>();
        let loaded = app.load_many::<LoanApplication>(&ids).await?;
        loaded.iter().flatten().for_each(|one| report.count(one));
        progress.inc(ids.len() as u64);
    }
    progress.finish_and_clear();
    Ok(report)
}
// ANCHOR_END: replay

/// Says what is wrong with the log; then the program fails, though the rest is in the store.
fn tell_faults(timeline: &Timeline, imported: &Imported) -> ExitCode {
    let count = timeline.faults.len() + imported.refused.len();
    if count == 0 {
        return ExitCode::SUCCESS;
    }
    let faults = if count == 1 { "fault" } else { "faults" };
    eprintln!(
        "The log has {} {faults}; what is whole was played:",
        thousands(count as u64)
    );
    let faults = timeline.faults.iter().chain(&imported.refused);
    for fault in faults.take(FAULTS_LISTED) {
        eprintln!("  {fault}");
    }
    if count > FAULTS_LISTED {
        eprintln!("  and {} more", thousands((count - FAULTS_LISTED) as u64));
    }
    ExitCode::FAILURE
}

/// `println!` for a reader who may go away.
fn say(text: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// A progress bar; it hides itself where nobody looks.
fn bar(length: u64, doing: &'static str, counts: &str) -> ProgressBar {
    let template = format!("{{msg:9}} {{wide_bar}} {counts}, {{eta}} left");
    let style = ProgressStyle::with_template(&template);
    ProgressBar::new(length)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(doing)
}
