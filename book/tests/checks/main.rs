//! What the pages of the book and of the repository say, held against the code.
#![expect(clippy::unwrap_used, reason = "a failing test says where")]

mod absences;
mod includes;
mod links;
mod metrics;
mod mistakes;
mod pages;
mod readme;
mod sizes;
mod sql;
mod words;
