//! Drives the storefront over HTTP, and measures it.
//!
//! Each user has a connection of its own, which it keeps, and sends one request after another, chosen
//! by a generator with a seed. `load storefront` is the storefront itself, which `--spawn` starts.

mod arguments;
mod bar;
mod chart;
mod connection;
mod drive;
mod report;
mod resident;
mod schedule;
mod shopper;
mod spawned;
mod tally;

use std::env;
use std::ffi::OsStr;
use std::process::ExitCode;

use clap::Parser;
use tokio::runtime;

use crate::arguments::Arguments;
use crate::connection::Fault;
use crate::spawned::Spawned;

fn main() -> ExitCode {
    if env::args_os().nth(1).as_deref() == Some(OsStr::new(spawned::STOREFRONT)) {
        let arguments = pericarp_storefront::Arguments::parse_from(env::args_os().skip(1));
        return pericarp_storefront::run::run(arguments);
    }
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures, and says what came of it: an error of any request is a failure.
fn run(arguments: &Arguments) -> Result<ExitCode, Fault> {
    let spawned = match arguments.spawn {
        true => Some(Spawned::start(&arguments.storefront)?),
        false => None,
    };
    let address = spawned.as_ref().map_or(arguments.address, Spawned::address);
    let process = spawned.as_ref().map(Spawned::id).or(arguments.pid);
    let mut runtime = match arguments.threads {
        0 | 1 => runtime::Builder::new_current_thread(),
        _ => runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime
        .worker_threads(arguments.threads.max(1))
        .enable_all()
        .build()?;
    let measured = runtime.block_on(drive::drive(arguments, address, process))?;
    print!("{}", report::report(arguments, &measured));
    if let Some(path) = &arguments.chart {
        std::fs::write(path, chart::chart(&measured))?;
        println!("Chart      {}", path.display());
    }
    if let Some(spawned) = spawned {
        spawned.stop()?;
    }
    match measured.tally.errors.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}
