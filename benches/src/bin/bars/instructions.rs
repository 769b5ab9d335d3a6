use pericarp_benches::Outcome;
use pericarp_instructions::{Work, per_round};

/// The first argument of a process that does one piece of work. It is not for people.
pub(crate) const CHILD: &str = "--work";

/// How many instructions a round of `work` takes in this very program.
pub(crate) fn count(work: Work) -> Outcome<f64> {
    let program = std::env::current_exe()?;
    // As text: how an error is shown at the end of a program leaves the hint out.
    let counted = per_round(&program, &[CHILD], work).map_err(|error| error.to_string())?;
    Ok(counted)
}

/// What the process does.
pub(crate) fn run(work: &str, rounds: &str) -> Outcome<()> {
    let work = Work::named(work).ok_or("no such work")?;
    // As text: what is sent between threads is another type.
    work.run(rounds.parse()?)
        .map_err(|error| error.to_string().into())
}
