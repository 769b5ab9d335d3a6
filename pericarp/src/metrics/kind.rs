use std::fmt;

use super::{Counter, Gauge, Histogram, Metric};

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A number that only grows.
    Counter,
    /// A number that rises and falls.
    Gauge,
    /// Counts of numbers by their size.
    Histogram,
}

impl Kind {
    /// The word that Prometheus has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A [`Counter`], a [`Gauge`] or a [`Histogram`].
#[diagnostic::on_unimplemented(
    message = "use `Counter`, `Gauge` or `Histogram`: `{Self}` measures nothing"
)]
pub trait Measure: Clone + Send + Sync + private::Sealed {
    /// Which of them.
    const KIND: Kind;

    #[doc(hidden)]
    fn of(metric: &Metric) -> Self;
}

impl Measure for Counter {
    const KIND: Kind = Kind::Counter;

    fn of(_: &Metric) -> Self {
        Self::new()
    }
}

impl Measure for Gauge {
    const KIND: Kind = Kind::Gauge;

    fn of(_: &Metric) -> Self {
        Self::new()
    }
}

impl Measure for Histogram {
    const KIND: Kind = Kind::Histogram;

    fn of(metric: &Metric) -> Self {
        Self::new(metric.buckets)
    }
}

mod private {
    pub trait Sealed {}

    impl Sealed for super::Counter {}
    impl Sealed for super::Gauge {}
    impl Sealed for super::Histogram {}
}
