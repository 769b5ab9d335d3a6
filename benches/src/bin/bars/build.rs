use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use pericarp_benches::Outcome;

use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &["build.vs-sqlx"];

/// Builds a crate that depends on Pericarp, and one that depends on sqlx with SQLite alone, each
/// from nothing, in turns.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    let folder = tempfile::tempdir()?;
    let pericarp = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pericarp");
    let pericarp = format!("pericarp = {{ path = {:?} }}", pericarp.canonicalize()?);
    let sqlx = r#"sqlx = { version = "0.9", features = ["runtime-tokio", "sqlite"] }"#;
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    make(&ours, &pericarp)?;
    make(&theirs, sqlx)?;
    let (mut our_time, mut their_time) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..2 {
        their_time += build(&theirs)?;
        our_time += build(&ours)?;
    }
    println!(
        "cargo build, from nothing\n  sqlx, SQLite alone  {:>6.1} s\n  pericarp            {:>6.1} s\n",
        their_time.as_secs_f64() / 2.0,
        our_time.as_secs_f64() / 2.0
    );
    let ratio = our_time.as_secs_f64() / their_time.as_secs_f64();
    Ok(vec![Bar::new(NAMES[0], ratio, Target::AtMost(1.25))])
}

fn make(folder: &Path, dependency: &str) -> Outcome<()> {
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
    let manifest = format!(
        "[package]\nname = \"cost\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{dependency}\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    let fetched = Command::new("cargo")
        .args(["fetch", "-q"])
        .current_dir(folder)
        .status()?;
    if fetched.success() {
        Ok(())
    } else {
        Err("cargo fetch failed".into())
    }
}

fn build(folder: &Path) -> Outcome<Duration> {
    let target = folder.join("target");
    if target.exists() {
        std::fs::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    let built = Command::new("cargo")
        .args(["build", "-q", "--offline"])
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(folder)
        .status()?;
    if built.success() {
        Ok(start.elapsed())
    } else {
        Err("cargo build failed".into())
    }
}
