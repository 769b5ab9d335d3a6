use crate::{Clock, SystemClock};

/// Random choices that can be made again: the seed is printed if the law does not hold.
pub(super) struct Random {
    law: &'static str,
    seed: u64,
    state: u64,
}

impl Random {
    pub(super) fn new(law: &'static str) -> Self {
        let given = std::env::var("PERICARP_SEED").ok();
        let seed = given
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(|| SystemClock.now().as_micros().unsigned_abs());
        Self::seeded(law, seed)
    }

    /// Choices of a part of the law, with a seed from those of the whole.
    pub(super) const fn part(&mut self) -> Self {
        let (law, seed) = (self.law, self.seed);
        let state = self.next();
        Self { law, seed, state }
    }

    /// Choices in another process, which got its seed from the law.
    pub(super) const fn seeded(law: &'static str, seed: u64) -> Self {
        Self {
            law,
            seed,
            state: seed,
        }
    }

    /// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    pub(super) const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number less than `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Spreads a number over all bits, as SplitMix64 does.
pub(super) const fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Drop for Random {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: repeat with PERICARP_SEED={}", self.law, self.seed);
        }
    }
}
