//! The equipment of the tests themselves: what they rely on does what it says.

mod databases;
mod shared_server;
