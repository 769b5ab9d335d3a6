use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A number that rises and falls. Clones share it.
///
/// ```
/// use pericarp::metrics::{Description, Registry};
///
/// const OPEN: Description = Description::gauge("open_connections", "Connections that are open.");
/// let open = Registry::new().gauge(&OPEN)?.with([]).clone();
/// open.add(3);
/// open.add(-1);
/// assert_eq!(open.value(), 2);
/// # Ok::<(), pericarp::metrics::RegisterError>(())
/// ```
#[derive(Clone)]
pub struct Gauge {
    shared: Arc<Shared>,
}

struct Shared {
    value: AtomicI64,
    /// Where the value is otherwise.
    source: Mutex<Option<Source>>,
}

type Source = Box<dyn Fn() -> i64 + Send>;

impl Gauge {
    pub(super) fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                value: AtomicI64::new(0),
                source: Mutex::new(None),
            }),
        }
    }

    /// It has this value.
    pub fn set(&self, value: i64) {
        self.shared.value.store(value, Ordering::Relaxed);
    }

    /// It has so many more, or fewer.
    pub fn add(&self, more: i64) {
        self.shared.value.fetch_add(more, Ordering::Relaxed);
    }

    /// From now on its value is what `source` says whenever it is read, so that what is measured
    /// elsewhere anyway costs nothing. It must wait for nothing.
    pub fn read_from(&self, source: impl Fn() -> i64 + Send + 'static) {
        *self.source() = Some(Box::new(source));
    }

    /// The value.
    pub fn value(&self) -> i64 {
        match &*self.source() {
            Some(source) => source(),
            None => self.shared.value.load(Ordering::Relaxed),
        }
    }

    fn source(&self) -> std::sync::MutexGuard<'_, Option<Source>> {
        let source = self.shared.source.lock();
        source.unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Gauge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gauge").field(&self.value()).finish()
    }
}
