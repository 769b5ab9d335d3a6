use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::counts::Counts;
use super::fault::{Action, Armed, Fault, Strike, When, strike};
use super::relay::{Address, relay};
use crate::free_port;
use crate::postgres::Url;

/// Stands between clients and a server.
///
/// What is encrypted cannot be counted, so it declines encryption, and clients that insist on it
/// fail; see [`Self::pass_encryption`].
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    url: Url,
    shared: Arc<Shared>,
    /// Connections end when this changes, and when it is gone.
    cut: watch::Sender<()>,
    listener: Mutex<Option<JoinHandle<()>>>,
}

impl Proxy {
    /// Stands before the server of `url`, on a port of 127.0.0.1.
    pub async fn start(url: &Url) -> Self {
        // While it refuses connections, its port is free.
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let proxy = Self {
            address,
            url: url.clone().at(&address.to_string()),
            shared: Arc::new(Shared::new(Address::of(url))),
            cut: watch::Sender::new(()),
            listener: Mutex::new(None),
        };
        proxy.accept().await;
        proxy
    }

    /// The URL that it was started with, but through it.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Another URL of the server, but through it.
    pub fn through(&self, url: &Url) -> Url {
        url.clone().at(&self.address.to_string())
    }

    /// What has been sent since it was started or reset.
    pub fn counts(&self) -> Counts {
        self.shared.state().counts
    }

    /// The SQL of every statement executed since it was started or reset.
    pub fn statements(&self) -> Vec<String> {
        self.shared.state().statements.clone()
    }

    /// Counts from nothing again.
    pub fn reset(&self) {
        let mut state = self.shared.state();
        state.counts = Counts::default();
        state.statements.clear();
    }

    /// Cuts all connections now.
    pub fn cut(&self) {
        self.cut.send_replace(());
    }

    /// Refuses new connections. Those that are open go on.
    pub async fn refuse(&self) {
        let listener = self.listener().take();
        if let Some(listener) = listener {
            listener.abort();
            // An error says that it was aborted, as it should be.
            let _ = listener.await;
        }
    }

    /// Accepts connections again.
    pub async fn accept(&self) {
        self.refuse().await;
        let listener = TcpListener::bind(self.address).await.unwrap();
        let shared = Arc::clone(&self.shared);
        let cut = self.cut.subscribe();
        let task = tokio::spawn(serve(listener, shared, cut));
        *self.listener() = Some(task);
    }

    /// Cuts the connection at a statement: the server does not see it.
    pub fn cut_before(&self, when: When) -> Fault {
        self.arm(when, Action::CutBefore)
    }

    /// Cuts the connection once the server has executed a statement, to the end of what is committed
    /// with it: the client does not see the answer.
    pub fn cut_after(&self, when: When) -> Fault {
        self.arm(when, Action::CutAfter)
    }

    /// Holds back a statement and what any client sends after it, until [`Self::release`].
    pub fn hold_before(&self, when: When) -> Fault {
        self.arm(when, Action::HoldBefore)
    }

    /// Holds back the answer to a statement and what any client is sent after it, until
    /// [`Self::release`]. The server has executed the statement.
    pub fn hold_after(&self, when: When) -> Fault {
        self.arm(when, Action::HoldAfter)
    }

    /// From now on nothing arrives on either side, and nobody is told, until [`Self::release`].
    pub fn hold(&self) {
        self.hold_requests();
        self.hold_answers();
    }

    /// From now on nothing arrives at the server, until [`Self::release`].
    pub fn hold_requests(&self) {
        self.shared.requests.send_replace(true);
    }

    /// From now on nothing arrives at clients, until [`Self::release`].
    pub fn hold_answers(&self) {
        self.shared.answers.send_replace(true);
    }

    /// Lets everything pass that was held back.
    pub fn release(&self) {
        self.shared.requests.send_replace(false);
        self.shared.answers.send_replace(false);
    }

    /// Every answer comes so much later from now on.
    pub fn delay(&self, delay: Duration) {
        self.shared.state().delay = delay;
    }

    /// From now on, lets server and client agree on encryption. What is encrypted is not counted,
    /// and no statement in it is seen; it can be cut, held back and delayed.
    pub fn pass_encryption(&self) {
        self.shared.state().pass_encryption = true;
    }

    fn arm(&self, when: When, action: Action) -> Fault {
        let (armed, fault) = Armed::new(when, action);
        self.shared.state().armed.push(armed);
        fault
    }

    fn listener(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(listener) = self.listener().take() {
            listener.abort();
        }
    }
}

/// What the proxy and its connections know.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) server: Address,
    /// Whether nothing passes to the server.
    pub(super) requests: watch::Sender<bool>,
    /// Whether nothing passes to clients.
    pub(super) answers: watch::Sender<bool>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) counts: Counts,
    pub(super) delay: Duration,
    pub(super) pass_encryption: bool,
    statements: Vec<String>,
    armed: Vec<Armed>,
}

impl Shared {
    fn new(server: Address) -> Self {
        Self {
            server,
            requests: watch::Sender::new(false),
            answers: watch::Sender::new(false),
            state: Mutex::default(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a statement that passes, and says what is to become of it.
    pub(super) fn executes(&self, sql: String) -> Option<Strike> {
        let mut state = self.state();
        let strike = strike(&mut state.armed, &sql);
        state.statements.push(sql);
        strike
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, mut cut: watch::Receiver<()>) {
    loop {
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        // A cut from before is none of this one's.
        cut.mark_unchanged();
        let (shared, cut) = (Arc::clone(&shared), cut.clone());
        tokio::spawn(connection(client, shared, cut));
    }
}

async fn connection(client: TcpStream, shared: Arc<Shared>, mut cut: watch::Receiver<()>) {
    tokio::select! {
        // What ends a connection is seen at its other end.
        _ = relay(client, &shared) => {}
        _ = cut.changed() => {}
    }
}
