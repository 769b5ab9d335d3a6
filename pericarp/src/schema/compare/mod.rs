//! What a change does to events that are stored already.
//!
//! The log holds what builds up to the lock file wrote. By induction, the shape in the lock file
//! reads all of it; a change is compatible if the new shape reads all that the locked one reads,
//! and gives it the same meaning.

mod added;
mod bodies;
mod categories;
mod events;
mod fields;
mod finding;
mod parts;
mod renamed;
mod same;
mod spread;
mod types;
mod variants;
mod view;
mod whole;

pub(super) use bodies::Comparison;
use finding::Finding;
pub(super) use spread::spread;
use view::View;
