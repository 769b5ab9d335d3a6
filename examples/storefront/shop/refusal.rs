use super::ProductId;

/// Why the shop says no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The order is another customer's.
    #[error("this order is somebody else's")]
    SomebodyElses,
    /// The order is placed, sent or cancelled already.
    #[error("the order is {state}")]
    NotOpen {
        /// What it is.
        state: &'static str,
    },
    /// Only what is placed can be sent.
    #[error("the order is {state}; only what is placed can be sent")]
    NotPlaced {
        /// What it is.
        state: &'static str,
    },
    /// There is nothing in the order.
    #[error("there is nothing in the order")]
    Empty,
    /// As many products are in the order as may.
    #[error("an order has at most {at_most} products")]
    TooManyProducts {
        /// How many.
        at_most: usize,
    },
    /// The product is not in the order.
    #[error("{product} is not in the order")]
    NotInOrder {
        /// Which.
        product: ProductId,
    },
    /// Nobody sells this product.
    #[error("there is no {product}")]
    NoSuchProduct {
        /// Which.
        product: ProductId,
    },
    /// There is not enough of a product.
    #[error("{left} of it are left, and {wanted} are wanted")]
    OutOfStock {
        /// How many there are.
        left: u32,
        /// How many are wanted.
        wanted: u32,
    },
    /// More units than a shop can count.
    #[error("so many do not fit into the store")]
    TooManyUnits,
}

impl Refusal {
    /// A stable code for those who call over HTTP.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SomebodyElses => "order.somebody_elses",
            Self::NotOpen { .. } => "order.not_open",
            Self::NotPlaced { .. } => "order.not_placed",
            Self::Empty => "order.empty",
            Self::TooManyProducts { .. } => "order.too_many_products",
            Self::NotInOrder { .. } => "order.not_in_order",
            Self::NoSuchProduct { .. } => "product.unknown",
            Self::OutOfStock { .. } => "product.out_of_stock",
            Self::TooManyUnits => "product.too_many_units",
        }
    }
}
