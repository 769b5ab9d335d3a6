use std::process::Command;

use pericarp_benches::Outcome;

use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &["loans.peak-mib"];

const TARGET: Target = Target::AtMost(200.0);

/// Imports and replays the full loan log with the example, and asks the system how much memory
/// that took at most. The log is not shipped; `PERICARP_LOANS_LOG` says where it is.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    let skip = |why: &str| Ok(vec![Bar::not_measured(NAMES[0], why, TARGET)]);
    let Ok(log) = std::env::var("PERICARP_LOANS_LOG") else {
        return skip("set PERICARP_LOANS_LOG to the full BPI Challenge 2012 log (.xes.gz)");
    };
    let built = Command::new("cargo")
        .args([
            "build",
            "--release",
            "-p",
            "pericarp-examples",
            "--example",
            "loans",
        ])
        .status()?;
    if !built.success() {
        return Err("the loans example does not build".into());
    }
    let folder = tempfile::tempdir()?;
    let program = std::env::current_exe()?
        .with_file_name("examples")
        .join("loans");
    let mut child = Command::new(program)
        .arg("--log")
        .arg(log)
        .arg("--db")
        .arg(folder.path().join("loans.db"))
        .spawn()?;
    // The high-water mark is gone with the process, so it is read while the process runs.
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    let outcome = loop {
        if let Some(kib) = std::fs::read_to_string(&status)
            .ok()
            .as_deref()
            .and_then(high_water)
        {
            peak = Some(kib);
        }
        if let Some(outcome) = child.try_wait()? {
            break outcome;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    if !outcome.success() {
        return Err(format!("the loans example failed: {outcome}").into());
    }
    match peak {
        Some(kib) => Ok(vec![Bar::new(NAMES[0], kib / 1024.0, TARGET)]),
        None => skip("this system has no /proc to ask"),
    }
}

fn high_water(status: &str) -> Option<f64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
