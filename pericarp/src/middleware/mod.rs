//! What a request passes through on its way to what handles it, and its outcome on the way back.
//!
//! A request lists its middlewares, outermost first: `#[command(.., middleware(Observe::<Log>::new(),
//! Timeout::millis(50)))]`. The derives make one static chain of them. Nothing is boxed or
//! allocated, and a chain is built for no request: each middleware is a constant, and what it needs at
//! run time the application [provides](crate::Provide).

mod catch_panic;
mod chain;
mod contract;
mod observe;
mod order;
mod step;
#[cfg(feature = "middleware")]
mod timeout;
#[cfg(feature = "tracing")]
mod trace;

pub use catch_panic::{CatchPanic, Panicked};
pub use chain::Chain;
pub use contract::Middleware;
pub use observe::{Observe, Observer, Seen};
#[cfg(feature = "middleware")]
pub use timeout::{TimedOut, Timeout};
#[cfg(feature = "tracing")]
pub use trace::Trace;

#[doc(hidden)]
pub use order::{in_order, in_order_when_filled_in, may_precede};
#[doc(hidden)]
pub use step::Step;
