use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::metrics::catalogue::{REQUEST_SECONDS, REQUESTS, REQUESTS_IN_FLIGHT};
use crate::metrics::{Counter, Family, Gauge, Histogram, RegisterError, Registry};
use crate::{Request, RequestKind};

/// Where [`Metrics`](super::Metrics) counts requests. Clones share it.
#[derive(Clone)]
pub struct RequestMetrics {
    shared: Arc<Shared>,
}

struct Shared {
    requests: Family<Counter, 3>,
    seconds: Family<Histogram, 2>,
    in_flight: Family<Gauge, 2>,
    /// By the type of the request.
    slots: Box<[OnceLock<(Key, Handles)>]>,
}

/// What requests of one type are counted in.
pub(super) struct Handles {
    pub(super) succeeded: Counter,
    pub(super) seconds: Histogram,
    pub(super) in_flight: Gauge,
}

/// Where the name of a type is, which is quicker to look up than what it is. A name that is in two
/// places has two slots.
#[derive(Clone, Copy, PartialEq)]
struct Key {
    place: usize,
    length: usize,
    kind: RequestKind,
}

/// More types of requests than an application has. What does not fit is looked up by its name.
const SLOTS: usize = 1_024;
const STEPS: usize = 8;

impl RequestMetrics {
    /// Registers the metrics of requests.
    ///
    /// # Errors
    /// [`RegisterError`] if the registry has others of these names.
    pub fn new(registry: &Registry) -> Result<Self, RegisterError> {
        let shared = Shared {
            requests: registry.counter(&REQUESTS)?,
            seconds: registry.histogram(&REQUEST_SECONDS)?,
            in_flight: registry.gauge(&REQUESTS_IN_FLIGHT)?,
            slots: (0..SLOTS).map(|_| OnceLock::new()).collect(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// What requests of type `R` are counted in, which is looked for once; `None` if there is no
    /// room for it.
    pub(super) fn of<R: Request>(&self) -> Option<&Handles> {
        let key = Key {
            place: R::NAME.as_ptr() as usize,
            length: R::NAME.len(),
            kind: R::KIND,
        };
        let start = key.place.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as usize) >> 7;
        (0..STEPS).find_map(|step| {
            let slot = &self.shared.slots[start.wrapping_add(step) % SLOTS];
            let (found, handles) = slot.get_or_init(|| (key, self.make::<R>()));
            (*found == key).then_some(handles)
        })
    }

    pub(super) fn make<R: Request>(&self) -> Handles {
        let (kind, name) = (R::KIND.as_str(), R::NAME);
        Handles {
            succeeded: self.shared.requests.with([kind, name, "ok"]).clone(),
            seconds: self.shared.seconds.with([kind, name]).clone(),
            in_flight: self.shared.in_flight.with([kind, name]).clone(),
        }
    }

    pub(super) fn failed<R: Request>(&self, code: &str) {
        let values = [R::KIND.as_str(), R::NAME, code];
        self.shared.requests.with(values).increment();
    }
}

impl fmt::Debug for RequestMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestMetrics")
    }
}
