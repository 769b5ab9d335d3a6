use super::{Buckets, Kind, RegisterError};

/// What a metric is called and what it tells, with `N` labels: a constant, by which it is
/// registered.
///
/// ```
/// use pericarp::metrics::{Buckets, Description};
///
/// const BASKET: Description<1> = Description::histogram("shop_basket_items", "Items per order.")
///     .buckets(Buckets::COUNT)
///     .labels(&["channel"])
///     .at_most(20);
/// assert_eq!(BASKET.metric().labels(), ["channel"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Description<const N: usize = 0> {
    metric: Metric,
}

/// A [`Description`], whatever labels it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    labels: &'static [&'static str],
    pub(super) buckets: Buckets,
    pub(super) most: usize,
}

/// How many series a metric with labels has at most, unless told otherwise.
const SERIES: usize = 500;

impl Description {
    /// Something that is counted. By convention the name ends with `_total`, behind the unit if
    /// there is one.
    pub const fn counter(name: &'static str, help: &'static str) -> Self {
        Self::new(name, help, Kind::Counter)
    }

    /// Something that rises and falls.
    pub const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self::new(name, help, Kind::Gauge)
    }

    /// Something of which the sizes are counted: durations, unless told otherwise. By convention
    /// the name ends with the unit.
    pub const fn histogram(name: &'static str, help: &'static str) -> Self {
        Self::new(name, help, Kind::Histogram)
    }

    const fn new(name: &'static str, help: &'static str, kind: Kind) -> Self {
        Self {
            metric: Metric {
                name,
                help,
                kind,
                labels: &[],
                buckets: Buckets::DURATION,
                most: 1,
            },
        }
    }

    /// It has these labels, and up to 500 series.
    #[must_use]
    pub const fn labels<const N: usize>(
        mut self,
        labels: &'static [&'static str; N],
    ) -> Description<N> {
        self.metric.labels = labels;
        self.metric.most = if N == 0 { 1 } else { SERIES };
        Description {
            metric: self.metric,
        }
    }
}

impl<const N: usize> Description<N> {
    /// The buckets of a histogram: [`Buckets::DURATION`] unless told otherwise.
    #[must_use]
    pub const fn buckets(mut self, buckets: Buckets) -> Self {
        self.metric.buckets = buckets;
        self
    }

    /// It has at most so many series; what has other values of its labels is counted as
    /// [`OTHER`](super::OTHER).
    #[must_use]
    pub const fn at_most(mut self, series: usize) -> Self {
        self.metric.most = series;
        self
    }

    /// The same, whatever labels it has.
    pub const fn metric(&self) -> &Metric {
        &self.metric
    }
}

impl Metric {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it tells.
    pub const fn help(&self) -> &'static str {
        self.help
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The names of its labels.
    pub const fn labels(&self) -> &'static [&'static str] {
        self.labels
    }

    pub(super) fn check(&self) -> Result<(), RegisterError> {
        let name = self.name;
        if !is_name(name, true) {
            return Err(RegisterError::Name { name });
        }
        let reserved =
            |label: &str| label.starts_with("__") || label == "le" && self.kind == Kind::Histogram;
        for (place, &label) in self.labels.iter().enumerate() {
            if !is_name(label, false) || reserved(label) || self.labels[..place].contains(&label) {
                return Err(RegisterError::Label { name, label });
            }
        }
        if self.kind == Kind::Histogram && !self.buckets.are_valid() {
            return Err(RegisterError::Buckets { name });
        }
        Ok(())
    }
}

/// What Prometheus takes for a name:
/// <https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels>.
fn is_name(name: &str, colons: bool) -> bool {
    let other = |c: char| c == '_' || c == ':' && colons;
    name.starts_with(|c: char| c.is_ascii_alphabetic() || other(c))
        && name.chars().all(|c| c.is_ascii_alphanumeric() || other(c))
}
