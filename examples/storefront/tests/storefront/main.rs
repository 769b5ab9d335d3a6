//! The storefront, as those who call it see it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test says where"
)]

mod caller;
mod debug;
mod health;
mod kill;
mod leaving;
mod limits;
mod metrics;
mod processes;
mod refusals;
mod repeats;
mod routes;
mod schema;
mod shop;
mod traces;
