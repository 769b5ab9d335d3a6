use pericarp_benches::Outcome;
use pericarp_instructions::Work;

use crate::instructions::count;
use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &["middleware.five-vs-bare"];

/// Counts what five middlewares that let everything pass add to a call, and what each of those there are
/// does.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    let (five, bare) = (count(Work::FiveMiddlewares)?, count(Work::BareCall)?);
    println!(
        "a call, in instructions\n  bare                        {bare:>8.1}\n  behind five middlewares     {five:>8.1}\n"
    );
    println!("what one adds while all goes well, in instructions");
    for work in Work::BEHIND {
        println!("  {:<28}{:>8.1}", work.name(), count(work)? - bare);
    }
    println!();
    Ok(vec![Bar::new(NAMES[0], five - bare, Target::AtMost(60.0))])
}
