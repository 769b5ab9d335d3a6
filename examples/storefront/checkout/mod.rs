//! What concerns an order and its products at once: one commit, all of it or nothing.

mod carry_out;
mod trade;

pub use carry_out::Checkout;
pub use trade::{CancelOrder, PlaceOrder, Trade};
