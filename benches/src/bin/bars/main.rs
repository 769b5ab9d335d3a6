//! Measures every bar of the project and says whether it is met.
//!
//! `cargo run --release -p pericarp-benches --bin bars [NAME…]`; without a name, all of them. A name
//! is that of a bar, of a group (`postgres.append`) or of several groups (`postgres`).
//! Every bar is a ratio within one run, or a count, so that a slow machine changes little.

mod append;
mod build;
mod cache;
mod derive;
mod instructions;
mod kept;
mod loans;
mod metrics;
mod middleware;
mod postgres;
mod replay;

use std::process::ExitCode;

use pericarp_benches::Outcome;
use pericarp_tests::allocations;

#[global_allocator]
static COUNTING: allocations::Counting = allocations::Counting;

/// One line of the answer.
pub(crate) struct Bar {
    name: &'static str,
    value: Result<f64, String>,
    target: Target,
}

/// What the value has to be.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Bar {
    pub(crate) fn new(name: &'static str, value: f64, target: Target) -> Self {
        Self {
            name,
            value: Ok(value),
            target,
        }
    }

    pub(crate) fn not_measured(name: &'static str, why: impl ToString, target: Target) -> Self {
        Self {
            name,
            value: Err(why.to_string()),
            target,
        }
    }

    fn print(&self) -> bool {
        let (sign, target) = match self.target {
            Target::AtLeast(target) => ('≥', target),
            Target::AtMost(target) => ('≤', target),
        };
        match &self.value {
            Ok(value) => {
                let met = match self.target {
                    Target::AtLeast(target) => *value >= target,
                    Target::AtMost(target) => *value <= target,
                };
                let verdict = if met { "ok" } else { "SHORT" };
                println!(
                    "{:<34} {value:>10.4}  {sign} {target:<8} {verdict}",
                    self.name
                );
                met
            }
            Err(why) => {
                println!(
                    "{:<34} {:>10}  {sign} {target:<8} NOT MEASURED: {why}",
                    self.name, "-"
                );
                true
            }
        }
    }
}

/// A group of bars that are measured together.
type Group = (
    &'static str,
    &'static [&'static str],
    fn() -> Outcome<Vec<Bar>>,
);

const GROUPS: &[Group] = &[
    ("append", append::NAMES, append::measure),
    ("replay", replay::NAMES, replay::measure),
    ("kept", kept::NAMES, kept::measure),
    ("loans", loans::NAMES, loans::measure),
    ("cache", cache::NAMES, cache::measure),
    ("build", build::NAMES, build::measure),
    ("derive.check", derive::check::NAMES, derive::check::measure),
    (
        "derive.decode",
        derive::decode::NAMES,
        derive::decode::measure,
    ),
    ("middleware", middleware::NAMES, middleware::measure),
    ("metrics", metrics::NAMES, metrics::measure),
    (
        "postgres.append",
        postgres::append::NAMES,
        postgres::append::measure,
    ),
    (
        "postgres.processes",
        postgres::processes::NAMES,
        postgres::processes::measure,
    ),
    (
        "postgres.replay",
        postgres::replay::NAMES,
        postgres::replay::measure,
    ),
    (
        "postgres.size",
        postgres::size::NAMES,
        postgres::size::measure,
    ),
    (
        "postgres.wake",
        postgres::wake::NAMES,
        postgres::wake::measure,
    ),
];

fn main() -> Outcome<ExitCode> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, url, first] = &wanted[..]
        && mode == postgres::processes::CHILD
    {
        postgres::processes::append(url, first.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let [mode, work, rounds] = &wanted[..]
        && mode == instructions::CHILD
    {
        instructions::run(work, rounds)?;
        return Ok(ExitCode::SUCCESS);
    }
    let means = |name: &str, group: &str, bars: &[&str]| {
        let several = group.split_once('.').map(|(several, _)| several);
        name == group || Some(name) == several || bars.contains(&name)
    };
    let known = |name: &str| {
        GROUPS
            .iter()
            .any(|(group, bars, _)| means(name, group, bars))
    };
    if let Some(unknown) = wanted.iter().find(|name| !known(name)) {
        eprintln!("there is no bar `{unknown}`; there are:");
        for (group, bars, _) in GROUPS {
            eprintln!("  {group}: {}", bars.join(", "));
        }
        return Ok(ExitCode::FAILURE);
    }
    let mut met = true;
    for (group, names, measure) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|name| means(name, group, names)) {
            for bar in measure()? {
                met &= bar.print();
            }
        }
    }
    Ok(if met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A runtime as an application has it.
pub(crate) fn runtime() -> Outcome<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
