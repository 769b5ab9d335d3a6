use super::given::{Encoded, Events};
use crate::EventKind;

/// An event as an older build has stored it, for tests of what is made of it today.
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::testing::{Given, Stored};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "counter.added", version = 2, upcast(1 => u64))]
/// struct Added { n: u64 }
///
/// impl From<u64> for Added {
///     fn from(n: u64) -> Self { Added { n } }
/// }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
/// # #[derive(Command)]
/// # #[command(aggregate = Counter, returns = u64)]
/// # struct Add { #[command(id)] counter: String, n: u64 }
/// # impl Handle<Add> for Counter {
/// #     fn handle(counter: &mut Root<Self>, add: &Add) -> Result<u64, std::convert::Infallible> {
/// #         counter.emit(Added { n: add.n });
/// #         Ok(counter.total)
/// #     }
/// # }
///
/// Counter::given((Stored::new("counter.added", 1, "5"), Added { n: 2 }))
///     .when(Add { counter: "visits".into(), n: 3 })
///     .returning(10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    kind: EventKind,
    data: String,
}

impl Stored {
    /// An event that is stored under `name`, with that schema version and that payload.
    ///
    /// # Panics
    /// If the name is not a valid [`EventType`](crate::EventType), or the version is 0.
    pub fn new(name: &'static str, version: u32, payload: impl Into<String>) -> Self {
        Self {
            kind: EventKind::new(name, version, &[]),
            data: payload.into(),
        }
    }
}

impl Events for Stored {
    fn encoded(self) -> Vec<Encoded> {
        vec![Encoded::stored(self.kind, self.data)]
    }
}
