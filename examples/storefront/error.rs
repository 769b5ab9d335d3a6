use std::io;

use pericarp::cache::InvalidUrl;
use pericarp::dispatcher::SubscribeError;
use pericarp::metrics::RegisterError;
use pericarp::store::OpenError;

use crate::feed::FeedError;

/// Why a storefront does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The log does not open.
    #[error("the log does not open")]
    Open(#[from] OpenError),
    /// The read models cannot be filled.
    #[error("the read models cannot be filled")]
    Feed(#[from] FeedError),
    /// The Redis has no URL.
    #[error("--redis")]
    Redis(#[from] InvalidUrl),
    /// Somebody else listens there, or nobody may.
    #[error("it cannot listen at {address}")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// Two metrics have one name.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Two handlers have one name.
    #[error(transparent)]
    Subscribe(#[from] SubscribeError),
}
