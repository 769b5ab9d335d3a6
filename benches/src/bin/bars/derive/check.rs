use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use pericarp_benches::Outcome;
use pericarp_benches::rounds::Rounds;
use pericarp_instructions::{collected, find_valgrind};

use super::crates::{Derives, write};
use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &["derive.check-vs-serde"];

const ROUNDS: usize = 15;

/// Type-checks the same types with the derives and with serde's alone, their dependencies checked
/// already. The bar is on instructions, which a busy machine does not change.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    find_valgrind().map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir()?;
    let crates = [
        Checked::new(folder.path(), Derives::SerdeAlone)?,
        Checked::new(folder.path(), Derives::Pericarp)?,
    ];
    let mut rounds = Rounds::new(&["serde", "pericarp"]);
    for _ in 0..ROUNDS {
        for (candidate, checked) in crates.iter().enumerate() {
            rounds.note(candidate, checked.time()?);
        }
    }
    let [serde, ours] = &crates;
    let (serde, ours) = (serde.instructions()?, ours.instructions()?);
    println!(
        "cargo check, 100 events and 10 aggregates\n  serde alone   {:>6.0} ms  {:>8.0} million instructions\n  pericarp      {:>6.0} ms  {:>8.0} million instructions\n  time          × {:.2}\n",
        rounds.median(0).as_secs_f64() * 1e3,
        serde / 1e6,
        rounds.median(1).as_secs_f64() * 1e3,
        ours / 1e6,
        1.0 / rounds.speed(1, 0),
    );
    Ok(vec![Bar::new(NAMES[0], ours / serde, Target::AtMost(1.5))])
}

/// A crate whose dependencies are checked.
struct Checked(PathBuf);

impl Checked {
    fn new(parent: &Path, derives: Derives) -> Outcome<Self> {
        let checked = Self(write(parent, derives)?);
        checked.check(|cargo| cargo)?;
        Ok(checked)
    }

    fn time(&self) -> Outcome<Duration> {
        let start = Instant::now();
        self.check(|cargo| cargo)?;
        Ok(start.elapsed())
    }

    /// Lets valgrind run the compiler, for this crate alone.
    fn instructions(&self) -> Outcome<f64> {
        let (wrapper, logs) = (self.0.join("counted"), self.0.join("logs"));
        fs::create_dir_all(&logs)?;
        let script = format!(
            "#!/bin/sh\nexec valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file={}/%p \"$@\"\n",
            logs.display()
        );
        fs::write(&wrapper, script)?;
        make_executable(&wrapper)?;
        let compiler = compiler()?;
        self.check(|cargo| {
            cargo
                .env("RUSTC", &compiler)
                .env("RUSTC_WORKSPACE_WRAPPER", &wrapper)
        })?;
        // The compiler is asked for its version too, which takes few.
        let mut most = 0;
        for log in fs::read_dir(&logs)? {
            let log = fs::read_to_string(log?.path())?;
            most = most.max(collected(&log).unwrap_or_default());
        }
        if most == 0 {
            return Err("valgrind counted nothing".into());
        }
        Ok(most as f64)
    }

    fn check(&self, with: impl FnOnce(&mut Command) -> &mut Command) -> Outcome<()> {
        // A new time of change, so that there is something to do.
        let source = self.0.join("src/lib.rs");
        fs::write(&source, fs::read(&source)?)?;
        let mut cargo = Command::new("cargo");
        cargo
            .args(["check", "-q"])
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", self.0.join("target"))
            .current_dir(&self.0);
        let checked = with(&mut cargo).status()?;
        if checked.success() {
            Ok(())
        } else {
            Err("cargo check failed".into())
        }
    }
}

/// The compiler itself, not what chooses one.
fn compiler() -> Outcome<PathBuf> {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()?;
    let sysroot = String::from_utf8(output.stdout)?;
    Ok(Path::new(sysroot.trim()).join("bin/rustc"))
}

fn make_executable(path: &Path) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
