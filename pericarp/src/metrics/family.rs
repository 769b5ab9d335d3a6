use std::fmt;
use std::sync::{Arc, OnceLock};

use super::table::Table;
use super::{Measure, Metric};

/// The value of every label of the series that is for all for which there is no room.
pub const OTHER: &str = "_other";

/// The longest value of a label, in bytes.
const LONGEST: usize = 256;

/// A metric with `N` labels: a series for each set of values. Clones share it.
///
/// It has as many series as its [`Description`](super::Description) says. Then whatever comes with new
/// values is counted in one more, of which every label is [`OTHER`]; so it is with a value of more
/// than 256 bytes. So memory is bounded, whoever chooses the values.
///
/// ```
/// use pericarp::metrics::{Description, Registry};
///
/// const VISITS: Description<1> =
///     Description::counter("visits_total", "Visits.").labels(&["country"]).at_most(2);
/// let visits = Registry::new().counter(&VISITS)?;
/// for country in ["at", "ch", "de", "fr"] {
///     visits.with([country]).increment();
/// }
/// assert_eq!(visits.with(["at"]).value(), 1);
/// assert_eq!(visits.with(["it"]).value(), 2);
/// # Ok::<(), pericarp::metrics::RegisterError>(())
/// ```
pub struct Family<M, const N: usize = 0> {
    pub(super) shared: Arc<Shared<M>>,
}

pub(super) struct Shared<M> {
    pub(super) metric: Metric,
    table: Table<M>,
    other: OnceLock<M>,
}

impl<M: Measure> Shared<M> {
    pub(super) fn new(metric: &Metric) -> Self {
        Self {
            metric: *metric,
            table: Table::new(metric.most),
            other: OnceLock::new(),
        }
    }

    /// Every series, by the values of its labels in order; the one for all others last.
    pub(super) fn series(&self) -> Vec<(Vec<&str>, &M)> {
        let mut all: Vec<(Vec<&str>, &M)> = self
            .table
            .series()
            .map(|series| {
                let values = series.values.iter().map(|value| &**value).collect();
                (values, &series.metric)
            })
            .collect();
        all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let other = self.other.get();
        all.extend(other.map(|metric| (vec![OTHER; self.metric.labels().len()], metric)));
        all
    }
}

impl<M: Measure, const N: usize> Family<M, N> {
    /// The series with these values of the labels, in order. Whoever records often keeps a clone of
    /// it.
    pub fn with(&self, values: [&str; N]) -> &M {
        let Shared {
            metric,
            table,
            other,
        } = &*self.shared;
        if let Some(found) = table.get(&values) {
            return found;
        }
        let fits = values
            .iter()
            .all(|value| value.len() <= LONGEST && *value != OTHER);
        fits.then(|| table.get_or_insert(&values, || M::of(metric)))
            .flatten()
            .unwrap_or_else(|| other.get_or_init(|| M::of(metric)))
    }
}

impl<M, const N: usize> Clone for Family<M, N> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<M, const N: usize> fmt::Debug for Family<M, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Family")
            .field(&self.shared.metric.name())
            .finish()
    }
}
