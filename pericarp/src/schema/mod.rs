//! The schema lock: what events look like in the log, frozen in a file, so that a change that old
//! events cannot be read with fails a test before it is deployed.
//!
//! `#[derive(Event)]` describes the shape of each event, as serde writes and reads it, and
//! [`Shape`] the types of its fields. [`schema!`](crate::schema!) collects the shapes of whole
//! aggregates, and one line in a test holds them against the file:
//!
//! ```no_run
//! # use pericarp::Event;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Event, Serialize, Deserialize)]
//! # #[event(name = "account.deposited")]
//! # struct Deposited { cents: i64 }
//! // #[test]
//! fn events_are_locked() {
//!     pericarp::schema![Deposited].check("events.lock");
//! }
//! # events_are_locked();
//! ```

mod body;
mod builtin;
mod change;
mod check;
mod collect;
mod compare;
mod described;
mod difference;
mod error;
mod merge;
mod mode;
mod model;
mod old_code;
mod parse;
mod probe;
mod scalar;
mod shape;
mod tokens;
mod types;
mod write;

pub use change::{Change, Verdict};
pub use check::Checked;
pub use described::{Described, Entry, EventShape};
pub use difference::Difference;
pub use error::{LockError, LockSyntax, ParseLockError};
pub use mode::Mode;
pub use model::Schema;
pub use scalar::Scalar;
pub use shape::{Form, Shape};

#[doc(hidden)]
pub use body::{Body, Field, Named, Tag, Variant};
#[doc(hidden)]
pub use probe::{Probe, probes};
#[doc(hidden)]
pub use shape::{Seen, Type};
