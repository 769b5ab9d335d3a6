//! What the log in PostgreSQL costs.

pub(crate) mod append;
pub(crate) mod processes;
pub(crate) mod replay;
pub(crate) mod size;
pub(crate) mod wake;

mod on_server;
