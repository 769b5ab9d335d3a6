use crate::{chain, decode};

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
}

impl Work {
    const ALL: [Self; 4] = [
        Self::Decode,
        Self::DecodeByHand,
        Self::FiveMiddlewares,
        Self::BareCall,
    ];

    /// The work with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.name() == name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::DecodeByHand => "decode-by-hand",
            Self::FiveMiddlewares => "five-middlewares",
            Self::BareCall => "bare-call",
        }
    }

    /// Does it.
    pub fn run(self, rounds: u64) {
        match self {
            Self::Decode => decode::generated(rounds),
            Self::DecodeByHand => decode::by_hand(rounds),
            Self::FiveMiddlewares => chain::five(rounds),
            Self::BareCall => chain::bare(rounds),
        }
    }
}
