//! Listens, serves, and leaves in order.

use std::future::IntoFuture;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::error::StartError;
use crate::http;
use crate::settings::Settings;
use crate::storefront::Storefront;

/// A storefront that is served over HTTP.
pub struct Server {
    storefront: Arc<Storefront>,
    shop: Served,
    debug: Option<Served>,
    stop: watch::Sender<bool>,
    drain: Duration,
}

/// Somebody who is served at an address.
struct Served {
    address: SocketAddr,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Opens a storefront, and serves it until it is told to [`stop`](Self::stop).
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(settings: &Settings) -> Result<Self, StartError> {
        let listener = listen(settings.listen).await?;
        let debug = match settings.debug {
            Some(port) => Some(listen((Ipv4Addr::LOCALHOST, port).into()).await?),
            None => None,
        };
        let storefront = Arc::new(Storefront::open(settings).await?);
        let (stop, _) = watch::channel(false);
        let shop = http::router(storefront.clone(), stop.subscribe());
        let serve = |listener, router| Served::new(listener, router, stop.subscribe());
        Ok(Self {
            shop: serve(listener, shop),
            debug: debug.map(|debug| serve(debug, http::debug::router())),
            drain: settings.drain,
            storefront,
            stop,
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.shop.address
    }

    /// Where it shows profiles, if it does.
    pub fn debug_address(&self) -> Option<SocketAddr> {
        self.debug.as_ref().map(|debug| debug.address)
    }

    /// What it serves.
    pub fn storefront(&self) -> &Storefront {
        &self.storefront
    }

    // ANCHOR: stop
    /// Takes no more connections, answers all requests that have come, carries out what was accepted,
    /// and closes the log.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.shop.end(self.drain).await;
        if let Some(debug) = self.debug {
            debug.end(Duration::ZERO).await;
        }
        self.storefront.close().await;
    }
    // ANCHOR_END: stop
}

impl Served {
    fn new(
        (listener, address): (TcpListener, SocketAddr),
        router: Router,
        mut stopped: watch::Receiver<bool>,
    ) -> Self {
        let told = async move {
            // Nobody is left to tell, if not told.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        // Small answers are not kept back for more to come.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
        });
        let serving = axum::serve(listener, router).with_graceful_shutdown(told);
        let task = tokio::spawn(serving.into_future());
        Self { address, task }
    }

    /// Waits until all who are served have their answers, for `drain` at most.
    async fn end(mut self, drain: Duration) {
        if timeout(drain, &mut self.task).await.is_err() {
            tracing::warn!(address = %self.address, "some did not leave in time");
            self.task.abort();
        }
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listener
        .await
        .map_err(|source| StartError::Listen { address, source })
}
