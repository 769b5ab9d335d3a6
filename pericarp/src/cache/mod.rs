//! Answers that are kept for a while: in memory, and if there is one in a second level that
//! processes share, before whatever knows them first-hand.

mod breaker;
mod builder;
mod counts;
mod entry;
mod flights;
mod generations;
mod hearing;
mod invalidate;
mod invalidates;
mod key;
mod listen;
mod load;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod second;
mod second_level;
mod shared;
mod stats;
mod warm;

pub use builder::CacheBuilder;
pub use invalidates::Invalidates;
pub use key::Key;
pub(crate) use load::Loaded;
#[cfg(feature = "redis")]
pub use redis::{InvalidUrl, Redis};
pub use second_level::{Answering, Found, News, SecondLevel, SecondLevelFault};
pub use shared::Cache;
pub use stats::Stats;
pub use warm::Warmed;
