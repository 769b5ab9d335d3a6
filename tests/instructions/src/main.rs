//! Does one piece of work for a number of rounds: what valgrind is given to count.

use std::error::Error;

use pericarp_instructions::Work;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [work, rounds] = &arguments[..] else {
        return Err("expected the name of a piece of work, and how many rounds of it".into());
    };
    Work::named(work)
        .ok_or("no such work")?
        .run(rounds.parse()?)
}
