use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use crate::Work;

const FEW: u64 = 1_000;
const MANY: u64 = 5_000;

/// Why instructions could not be counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CountError {
    /// There is no valgrind.
    #[error(
        "instructions are counted by valgrind, and there is none; install it: \
         apt-get install valgrind, dnf install valgrind, pacman -S valgrind"
    )]
    NoValgrind,
    /// Valgrind could not be run.
    #[error("run valgrind")]
    Run(#[source] std::io::Error),
    /// Valgrind, or what it ran, failed, or valgrind did not say what it counted.
    #[error("valgrind counted nothing:\n{said}")]
    NoCount {
        /// What it said.
        said: String,
    },
}

/// How many instructions one round of `work` takes, in `program`, which does it when it is called
/// with `before`, the name of the work and the number of rounds.
///
/// # Errors
/// [`CountError`], if there is no valgrind or it fails.
pub fn per_round(program: &Path, before: &[&str], work: Work) -> Result<f64, CountError> {
    let few = count(program, before, work, FEW)?;
    let many = count(program, before, work, MANY)?;
    Ok((many as f64 - few as f64) / (MANY - FEW) as f64)
}

/// What valgrind counted, if this is what it said at its end.
pub fn collected(said: &str) -> Option<u64> {
    said.lines()
        .find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

/// Asks valgrind for its version.
///
/// # Errors
/// [`CountError::NoValgrind`], if there is none.
pub fn find_valgrind() -> Result<(), CountError> {
    output(Command::new("valgrind").arg("--version")).map(|_| ())
}

fn count(program: &Path, before: &[&str], work: Work, rounds: u64) -> Result<u64, CountError> {
    let output = output(
        Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(program)
            .args(before)
            .args([work.name(), &rounds.to_string()]),
    )?;
    let said = String::from_utf8_lossy(&output.stderr);
    match collected(&said) {
        Some(collected) if output.status.success() => Ok(collected),
        _ => Err(CountError::NoCount {
            said: said.into_owned(),
        }),
    }
}

fn output(valgrind: &mut Command) -> Result<Output, CountError> {
    valgrind.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => CountError::NoValgrind,
        _ => CountError::Run(error),
    })
}
