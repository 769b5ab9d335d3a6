use std::error::Error;

use crate::{chain, decode, ready_made};

/// A piece of work whose instructions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// One of each event of an aggregate, decoded by what the derive generates.
    Decode,
    /// The same by a match that is written by hand, with the same calls of serde.
    DecodeByHand,
    /// A request through five middlewares that let everything pass.
    FiveMiddlewares,
    /// The same handler, called directly.
    BareCall,
    /// The same handler behind `Authorise`, whose policy permits everybody.
    Authorise,
    /// The same behind `CatchPanic`.
    CatchPanic,
    /// The same behind `Idempotent`, without a key.
    Idempotent,
    /// The same behind `Limit`, and nobody waits.
    Limit,
    /// The same behind `Metrics`.
    Metrics,
    /// The same behind `Observe`, whose observer does nothing.
    Observe,
    /// The same behind `Only`, with one role.
    Only,
}

impl Work {
    const ALL: [Self; 4] = [
        Self::Decode,
        Self::DecodeByHand,
        Self::FiveMiddlewares,
        Self::BareCall,
    ];

    /// Those of one middleware before the handler of [`Work::BareCall`].
    pub const BEHIND: [Self; 7] = [
        Self::Authorise,
        Self::CatchPanic,
        Self::Idempotent,
        Self::Limit,
        Self::Metrics,
        Self::Observe,
        Self::Only,
    ];

    /// The work with this name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter().chain(Self::BEHIND);
        all.find(|work| work.name() == name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::DecodeByHand => "decode-by-hand",
            Self::FiveMiddlewares => "five-middlewares",
            Self::BareCall => "bare-call",
            Self::Authorise => "authorise",
            Self::CatchPanic => "catch-panic",
            Self::Idempotent => "idempotent",
            Self::Limit => "limit",
            Self::Metrics => "metrics",
            Self::Observe => "observe",
            Self::Only => "only",
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// What is needed could not be made.
    pub fn run(self, rounds: u64) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Decode => decode::generated(rounds),
            Self::DecodeByHand => decode::by_hand(rounds),
            Self::FiveMiddlewares => chain::five(rounds),
            Self::BareCall => chain::bare(rounds),
            Self::Authorise => ready_made::authorise(rounds)?,
            Self::CatchPanic => ready_made::catch_panic(rounds)?,
            Self::Idempotent => ready_made::idempotent(rounds)?,
            Self::Limit => ready_made::limit(rounds)?,
            Self::Metrics => ready_made::metrics(rounds)?,
            Self::Observe => ready_made::observe(rounds)?,
            Self::Only => ready_made::only(rounds)?,
        }
        Ok(())
    }
}
