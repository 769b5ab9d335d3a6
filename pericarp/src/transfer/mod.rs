//! Export and import of whole logs: one event a line, as JSON, plain or gzip.
//!
//! The book's page on moving logs has the format and the guarantees. What is exported from one
//! store is imported into another, of any kind, without a byte of a payload being changed: an
//! export of the import is the same file.
//!
//! ```
//! use pericarp::store::MemoryStore;
//! use pericarp::transfer::{Export, Import};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("bank.ndjson.gz");
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let (from, to) = (MemoryStore::new(), MemoryStore::new());
//! let exported = Export::of(&from).to_path(&path).await?;
//! let imported = Import::into(&to).from_path(&path).await?;
//! assert_eq!(exported.events, imported.added);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod destination;
mod export;
mod export_error;
mod import;
mod import_error;
mod input;
mod line;
mod parser;
mod progress;
mod writer;

pub use export::{Export, Exported};
pub use export_error::ExportError;
pub use import::{Import, Imported};
pub use import_error::{ImportError, ImportFault, InvalidLine};
pub use progress::Progress;
