use pericarp_benches::Outcome;
use pericarp_instructions::Work;

use crate::instructions::count;
use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &["derive.decode-vs-match"];

/// Counts what decoding the events of an aggregate takes, and what a match by hand does.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    let (generated, by_hand) = (count(Work::Decode)?, count(Work::DecodeByHand)?);
    println!(
        "decoding five events, in instructions\n  a match by hand             {by_hand:>8.1}\n  what the derive generates   {generated:>8.1}\n"
    );
    let ratio = generated / by_hand;
    Ok(vec![Bar::new(NAMES[0], ratio, Target::AtMost(1.05))])
}
