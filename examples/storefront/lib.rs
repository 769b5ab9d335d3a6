//! A shop over HTTP: what an application on Pericarp looks like as a service.
//!
//! The domain is in [`shop`], questions in [`queries`], the application in [`app`], and its edge in
//! [`http`]. [`server`] opens all of it, and closes it in order.

// The type of a request's future has in it all that it passes through, one within the other.
#![recursion_limit = "256"]
#![expect(
    missing_docs,
    reason = "a program, whose fields and variants say what they are"
)]

pub mod app;
pub mod arguments;
pub mod checkout;
mod error;
mod feed;
pub mod http;
pub mod log;
mod notices;
pub mod queries;
pub mod run;
pub mod server;
pub mod settings;
pub mod shop;
pub mod storefront;
pub mod telemetry;
mod views;

pub use arguments::Arguments;
pub use error::StartError;
pub use server::Server;
pub use settings::{Place, Settings};
