//! What the derives generate costs no more than a number of instructions.
use std::path::Path;

use pericarp_instructions::{Work, per_round};

/// Counted in a build for tests, whose library is not optimised but whose generic code, which is
/// all of it that runs here, is.
#[track_caller]
fn count(work: Work) -> f64 {
    let program = Path::new(env!("CARGO_BIN_EXE_pericarp-instructions"));
    per_round(program, &[], work).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn five_middlewares_cost_at_most_sixty_instructions() {
    let added = count(Work::FiveMiddlewares) - count(Work::BareCall);
    assert!(added <= 60.0, "{added} instructions");
}

/// The match by hand takes 850 instructions per event in a release, so this is less than a
/// twentieth of it. The bar `derive.decode-vs-match` measures the ratio.
#[test]
fn a_generated_decode_costs_at_most_twenty_instructions_per_event_more_than_a_match() {
    let added = (count(Work::Decode) - count(Work::DecodeByHand)) / 5.0;
    assert!(added <= 20.0, "{added} instructions per event");
}
