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
        Self {
            law,
            seed,
            state: seed,
        }
    }

    /// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number less than `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

impl Drop for Random {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: repeat with PERICARP_SEED={}", self.law, self.seed);
        }
    }
}
