//! A shop over HTTP.

use std::process::ExitCode;

use clap::Parser;
use pericarp_storefront::{Arguments, run};

fn main() -> ExitCode {
    run::run(Arguments::parse())
}
