//! The same work, written by hand with sqlx and with tokio-postgres.

mod group_commit;
mod insert;
mod load;
mod table;
mod unnest;

pub use group_commit::{GroupCommit, Grouped};
pub use insert::{Lone, Pooled};
pub use load::{TokioPostgres, load};
pub use table::make_table;
pub use unnest::{Event, unnest};
