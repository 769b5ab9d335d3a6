/// The upper bounds of a histogram's buckets, in what is recorded, and the unit it is shown in.
///
/// ```
/// use pericarp::metrics::Buckets;
///
/// const KIB: Buckets = Buckets::of(&[1 << 10, 1 << 12, 1 << 14, 1 << 16]);
/// assert_eq!(KIB.bounds().len(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buckets {
    bounds: &'static [u64],
    per_unit: f64,
}

/// How many buckets a histogram has at most, beside the last, which has no bound.
pub(super) const MOST: usize = 24;

impl Buckets {
    /// Durations, recorded in nanoseconds and shown in seconds: from 50 µs to 10 s, two or three
    /// for each power of ten.
    pub const DURATION: Self = Self {
        bounds: &[
            50_000,
            100_000,
            250_000,
            500_000,
            1_000_000,
            2_500_000,
            5_000_000,
            10_000_000,
            25_000_000,
            50_000_000,
            100_000_000,
            250_000_000,
            500_000_000,
            1_000_000_000,
            2_500_000_000,
            5_000_000_000,
            10_000_000_000,
        ],
        per_unit: 1e9,
    };

    /// Numbers of things: the powers of two from 1 to 1,024.
    pub const COUNT: Self = Self::of(&[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024]);

    /// Buckets with these upper bounds, themselves included, in ascending order: from 1 to 24. What
    /// is larger is counted in one more.
    pub const fn of(bounds: &'static [u64]) -> Self {
        let per_unit = 1.0;
        Self { bounds, per_unit }
    }

    /// What is recorded is shown in a unit so many times larger: 1e9 for nanoseconds that are shown
    /// as seconds.
    #[must_use]
    pub const fn shown_per(mut self, per_unit: f64) -> Self {
        self.per_unit = per_unit;
        self
    }

    /// The upper bounds, in what is recorded.
    pub const fn bounds(&self) -> &'static [u64] {
        self.bounds
    }

    /// A number that was recorded, as it is shown.
    pub(super) fn shown(&self, recorded: u64) -> f64 {
        recorded as f64 / self.per_unit
    }

    pub(super) fn are_valid(&self) -> bool {
        (1..=MOST).contains(&self.bounds.len())
            && self.bounds.is_sorted_by(|a, b| a < b)
            && self.per_unit.is_finite()
            && self.per_unit > 0.0
    }
}
