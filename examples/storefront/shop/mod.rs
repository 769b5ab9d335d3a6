//! The domain: products and orders, what happens to them, and when the shop says no.

mod ids;
mod order;
mod product;
mod refusal;

pub use ids::{OrderId, ProductId};
pub use order::{
    AddItem, Basket, End, Item, OpenOrder, Opened, Order, Placed, RemoveItem, Ship, State,
};
pub use product::{ListProduct, Listed, Product, Restock, Stock};
pub use refusal::Refusal;

pub(crate) use order::{Cancel, Place};
pub(crate) use product::{Release, Reserve};

/// The role of those who buy.
pub const CUSTOMER: &str = "customer";

/// The role of those who work here.
pub const CLERK: &str = "clerk";
