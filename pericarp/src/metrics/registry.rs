use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::family::{Family, Shared};
use super::{Counter, Description, Gauge, Histogram, Measure, Metric, RegisterError};

/// The metrics of an application. Clones share them.
///
/// ```
/// use pericarp::metrics::{Description, Registry};
///
/// const UP: Description = Description::gauge("shop_up", "1 while the shop is open.");
/// let registry = Registry::new();
/// registry.gauge(&UP)?.with([]).set(1);
/// assert_eq!(
///     registry.to_prometheus(),
///     "# HELP shop_up 1 while the shop is open.\n# TYPE shop_up gauge\nshop_up 1\n"
/// );
/// # Ok::<(), pericarp::metrics::RegisterError>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    families: Arc<Mutex<Vec<AnyFamily>>>,
}

#[derive(Clone)]
pub(super) enum AnyFamily {
    Counter(Arc<Shared<Counter>>),
    Gauge(Arc<Shared<Gauge>>),
    Histogram(Arc<Shared<Histogram>>),
}

impl AnyFamily {
    pub(super) fn metric(&self) -> &Metric {
        match self {
            Self::Counter(family) => &family.metric,
            Self::Gauge(family) => &family.metric,
            Self::Histogram(family) => &family.metric,
        }
    }
}

impl Registry {
    /// One without a metric.
    pub fn new() -> Self {
        Self::default()
    }

    /// The counters of a description, which are registered if they are not yet.
    ///
    /// # Errors
    /// [`RegisterError`] if it describes no counter, or another metric has its name.
    pub fn counter<const N: usize>(
        &self,
        description: &Description<N>,
    ) -> Result<Family<Counter, N>, RegisterError> {
        self.family(description, AnyFamily::Counter, |family| match family {
            AnyFamily::Counter(family) => Some(family),
            _ => None,
        })
    }

    /// The gauges of a description, which are registered if they are not yet.
    ///
    /// # Errors
    /// [`RegisterError`] if it describes no gauge, or another metric has its name.
    pub fn gauge<const N: usize>(
        &self,
        description: &Description<N>,
    ) -> Result<Family<Gauge, N>, RegisterError> {
        self.family(description, AnyFamily::Gauge, |family| match family {
            AnyFamily::Gauge(family) => Some(family),
            _ => None,
        })
    }

    /// The histograms of a description, which are registered if they are not yet.
    ///
    /// # Errors
    /// [`RegisterError`] if it describes no histogram, or another metric has its name.
    pub fn histogram<const N: usize>(
        &self,
        description: &Description<N>,
    ) -> Result<Family<Histogram, N>, RegisterError> {
        self.family(description, AnyFamily::Histogram, |family| match family {
            AnyFamily::Histogram(family) => Some(family),
            _ => None,
        })
    }

    /// Every metric that is registered, in order.
    pub fn metrics(&self) -> Vec<Metric> {
        self.families()
            .iter()
            .map(|family| *family.metric())
            .collect()
    }

    pub(super) fn families(&self) -> MutexGuard<'_, Vec<AnyFamily>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn family<M: Measure, const N: usize>(
        &self,
        description: &Description<N>,
        wrap: impl FnOnce(Arc<Shared<M>>) -> AnyFamily,
        unwrap: impl FnOnce(&AnyFamily) -> Option<&Arc<Shared<M>>>,
    ) -> Result<Family<M, N>, RegisterError> {
        let metric = description.metric();
        let name = metric.name();
        metric.check()?;
        if metric.kind() != M::KIND {
            return Err(RegisterError::Taken { name });
        }
        let mut families = self.families();
        let shared = match families
            .iter()
            .find(|family| family.metric().name() == name)
        {
            Some(family) => unwrap(family)
                .filter(|family| family.metric == *metric)
                .ok_or(RegisterError::Taken { name })?
                .clone(),
            None => {
                let shared = Arc::new(Shared::new(metric));
                families.push(wrap(shared.clone()));
                shared
            }
        };
        Ok(Family { shared })
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families = self.families();
        let names = families.iter().map(|family| family.metric().name());
        f.debug_list().entries(names).finish()
    }
}
