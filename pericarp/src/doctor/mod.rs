//! What is well with a log, and what is not: findings, each with what to do about it.
//!
//! A store examines itself, such as with `SqliteStore::doctor`, and answers with a [`Report`].
//!
//! ```
//! use pericarp::doctor::{Finding, Report, Severity};
//!
//! let mut report = Report::new("bank.db");
//! report.push(Finding::ok("schema.version", "the schema has version 1, the newest"));
//! report.push(
//!     Finding::error("schema.missing", "the trigger `no_delete` is not there")
//!         .fix("create it again")
//!         .sql("CREATE TRIGGER no_delete …"),
//! );
//! assert!(!report.is_healthy());
//! for finding in report.at_least(Severity::Warning) {
//!     println!("{}: {}; {}", finding.code, finding.what, finding.fix);
//! }
//! print!("{report}");
//! ```

mod figure;
mod finding;
mod report;

pub use figure::{Amount, Figure};
pub use finding::{Depth, Finding, Severity};
pub use report::Report;
