use std::fmt;
use std::str::FromStr;

use garde::Validate;
use pericarp::Shape;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The number under which a product is listed: letters, digits, `-` and `_`.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Shape, Serialize, Deserialize, Validate,
)]
#[serde(transparent)]
#[garde(transparent)]
pub struct ProductId(#[garde(length(min = 1, max = 64), custom(is_plain))] pub String);

/// What tells an order from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Shape, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(Uuid);

/// Which order a customer means by an idempotency key. It never changes.
const KEYS: Uuid = Uuid::from_u128(0x0193_74b2_5c1e_7a3d_8f60_1d2e_9b4c_a757);

impl OrderId {
    /// An order that nobody has yet.
    pub fn random() -> Self {
        Self(Uuid::now_v7())
    }

    /// The order that `customer` opens under a key: the same one whenever they send it.
    pub fn of_key(customer: &str, key: &str) -> Self {
        let name = format!("{}:{customer}:{key}", customer.len());
        Self(Uuid::new_v5(&KEYS, name.as_bytes()))
    }
}

fn is_plain(id: &str, (): &()) -> garde::Result {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match id.chars().all(is_plain) {
        true => Ok(()),
        false => Err(garde::Error::new(
            "only letters, digits, - and _ may be in it",
        )),
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OrderId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Ok(Self(text.parse()?))
    }
}
