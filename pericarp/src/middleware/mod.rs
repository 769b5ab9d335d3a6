//! What a request passes through on its way to what handles it, and its outcome on the way back.
//!
//! A request lists its middlewares, outermost first: `#[command(.., middleware(Observe::<Log>::new(),
//! Timeout::millis(50)))]`. The derives make one static chain of them. Nothing is boxed or
//! allocated, and a chain is built for no request: each middleware is a constant, and what it needs at
//! run time the application [provides](crate::Provide).

mod authorise;
#[cfg(feature = "cache")]
mod cached;
mod catch_panic;
mod chain;
mod contract;
mod idempotent;
mod layers;
mod limit;
#[cfg(feature = "store")]
mod listed;
mod metrics;
mod observe;
mod only;
mod order;
#[cfg(feature = "middleware")]
mod retry;
mod step;
#[cfg(feature = "middleware")]
mod timeout;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(feature = "validation")]
mod validate;

pub use authorise::{Authorise, Denied, Policy};
#[cfg(feature = "cache")]
pub use cached::{Cacheable, Cached, KeyTaken};
pub use catch_panic::{CatchPanic, Panicked};
pub use chain::Chain;
pub use contract::Middleware;
pub use idempotent::Idempotent;
pub use layers::Layers;
pub use limit::{Limit, Permits, TooMany};
pub use metrics::{Metrics, RequestMetrics};
pub use observe::{Observe, Observer, Seen};
pub use only::Only;
#[cfg(feature = "middleware")]
pub use retry::Retry;
#[cfg(feature = "middleware")]
pub use timeout::{TimedOut, Timeout};
#[cfg(feature = "tracing")]
pub use trace::Trace;
#[cfg(feature = "validation")]
pub use validate::{Fault, Invalid, Validate};

#[doc(hidden)]
pub use layers::Push;
#[cfg(feature = "store")]
pub(crate) use listed::Listed;
#[cfg(feature = "store")]
pub(crate) use order::layers_in_order;
#[doc(hidden)]
pub use order::{in_order, in_order_when_filled_in, may_precede};
#[doc(hidden)]
pub use step::Step;
#[cfg(feature = "store")]
pub(crate) use timeout::before;

/// The role of what decides who may ask.
const AUTHORISATION: &str = "authorisation";
