//! The laws of a store, each stated once as one function that panics if the law does not hold.
//!
//! The stores that come with this crate are held to them, and so can be any other: describe it
//! with [`Subject`], and write one line, which becomes one test per law.
//!
//! ```
//! use pericarp::store::{MemoryStore, OpenError};
//! use pericarp::testing::conformance::{self, Capabilities, Subject};
//!
//! struct OnMemory;
//!
//! impl Subject for OnMemory {
//!     type Store = MemoryStore;
//!     type Log = MemoryStore;
//!
//!     fn capabilities(&self) -> Capabilities {
//!         Capabilities::NONE
//!     }
//!
//!     async fn empty_log(&self) -> MemoryStore {
//!         MemoryStore::new()
//!     }
//!
//!     async fn open(&self, log: &MemoryStore) -> Result<MemoryStore, OpenError> {
//!         Ok(log.clone())
//!     }
//! }
//!
//! // In a test module: one test for each law.
//! pericarp::testing::conformance_suite!(OnMemory);
//!
//! // Or a law by itself.
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
//! conformance::law_01_versions_and_positions(&OnMemory).await;
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The tests are `#[tokio::test]`s, so the crate that holds the line depends on tokio with its
//! `macros` and `rt-multi-thread` features. They run on four worker threads; another runtime can
//! be named after the subject:
//! `conformance_suite!(OnMemory, flavor = "current_thread")`.
//!
//! A store that cannot offer what a law needs, such as a file that survives the process, says so
//! in its [`Capabilities`]. The law's test is still there: it checks that the capability is
//! declared absent and no hook for it is offered.
//!
//! | Variable | What it does |
//! |---|---|
//! | `PERICARP_SOAK` | runs laws 12, 24, 25 and 26 in full: 1000 dropped appends, a million events, 60 migrations at once, 500 kills |
//! | `PERICARP_SEED` | repeats the random choices of a run that failed, which prints its seed |
//!
//! The numbers are those of the list the project keeps.

mod append;
mod atomicity;
mod bytes;
mod cancel;
mod check;
mod crash;
mod crowd;
mod events;
mod filter;
mod follower;
mod gaps;
mod idempotency;
mod idle;
mod immutable;
mod import;
mod import_races;
mod import_refusals;
mod ledger;
mod lifecycle;
mod lookup;
mod names;
mod outage;
mod peer;
mod prefix;
mod process;
mod races;
mod random;
mod read;
mod scene;
mod shutdown;
mod snapshots;
mod subject;
mod suite;
mod tally;
mod transaction;
mod transactions;
mod wake;
mod writer;

pub use append::{
    law_01_versions_and_positions, law_02_conflicts_are_typed, law_03_any_never_conflicts,
};
pub use atomicity::{law_04_empty_and_oversized_commits, law_05_commits_are_atomic};
pub use bytes::law_10_bytes_are_sacred;
pub use cancel::law_12_dropped_appends_are_whole_or_nothing;
#[doc(hidden)]
pub use check::__hold;
pub use crash::law_26_kills_lose_nothing;
pub use crowd::law_24_readers_of_a_crowd_miss_nothing;
pub use filter::law_15_filters_skip_nothing;
pub use gaps::law_22_rolled_back_appends_delay_nobody;
pub use idempotency::{law_08_replays_give_the_first_answer, law_09_event_ids_are_unique};
pub use idle::law_23_idle_transactions_delay_nobody;
pub use immutable::law_17_events_are_immutable;
pub use import::law_33_imports_keep_every_byte;
pub use lifecycle::law_25_reopening_and_migration;
pub use lookup::law_18_lookups_agree_with_the_log;
pub use names::law_11_invalid_input_is_refused;
pub use outage::law_13_outages_are_typed_and_recovered_from;
pub use prefix::law_16_reads_are_prefix_consistent;
pub use process::{Role, play};
pub use races::{law_06_one_racer_wins, law_07_stored_equals_acknowledged};
pub use read::law_14_streams_read_alike_in_any_pages;
pub use shutdown::law_27_close_answers_every_append;
pub use snapshots::law_28_snapshots_are_read_back_or_ignored;
pub use subject::{Capabilities, Held, Idle, Subject, Vandalism};
pub use transaction::{OpenTransaction, Transaction};
pub use transactions::{
    law_19_open_appends_hide_nothing, law_20_two_appends_in_one_transaction,
    law_21_old_transactions_append_in_order,
};
pub use wake::law_32_waiting_readers_are_woken;
