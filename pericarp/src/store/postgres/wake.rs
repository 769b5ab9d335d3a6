use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::select;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::PostgresOptions;
use super::read::{Head, ask};
use super::statements::Statements;
use crate::Position;
use crate::store::tail::Tail;

/// How readers who wait learn of events.
///
/// An append of this process is known at once. Those of others come by `NOTIFY`, which is sent
/// after the commit and from a connection of its own, since inside the transaction it would make
/// every commit of the database wait for the last; and by looking, should a message get lost.
pub(super) struct Wake {
    pub(super) tail: Tail,
    /// The newest event of this process, which others are to be told of.
    news: AtomicU64,
    unannounced: Notify,
    listening: AtomicBool,
    waiting: AtomicUsize,
    closed: watch::Sender<bool>,
}

/// Somebody waits for as long as this is there.
pub(super) struct Waiting<'w>(&'w Wake);

/// How long the announcer waits after a message, so that one speaks for many commits.
const QUIET: Duration = Duration::from_millis(5);

impl Wake {
    pub(super) fn new() -> Self {
        Self {
            tail: Tail::new(),
            news: AtomicU64::new(0),
            unannounced: Notify::new(),
            listening: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            closed: watch::Sender::new(false),
        }
    }

    /// Says that this process has stored an event at `position`.
    pub(super) fn appended(&self, position: Position) {
        self.tail.advance(position);
        self.news.fetch_max(position.get(), Ordering::SeqCst);
        self.unannounced.notify_one();
    }

    pub(super) fn waiting(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Waiting(self)
    }

    pub(super) fn close(&self) {
        self.tail.close();
        self.closed.send_replace(true);
    }

    /// Starts listening, the first time somebody waits.
    pub(super) fn listen(
        self: &Arc<Self>,
        options: &PostgresOptions,
        statements: &Arc<Statements>,
        pool: &PgPool,
        channel: &str,
    ) {
        if self.listening.swap(true, Ordering::SeqCst) {
            return;
        }
        let listener = Listener {
            wake: self.clone(),
            connect: options.listen.then(|| options.connection()),
            interval: options.poll_interval,
            statements: statements.clone(),
            pool: pool.clone(),
            channel: channel.to_owned(),
        };
        let wake = self.clone();
        tokio::spawn(async move { wake.until_closed(listener.run()).await });
    }

    /// Tells others of this process's appends, until it is closed.
    pub(super) async fn announce(self: Arc<Self>, connect: PgConnectOptions, channel: String) {
        let pool = lone(connect.application_name("pericarp-notify"));
        self.until_closed(self.announce_each(&pool, &channel)).await;
        // What was appended last.
        self.tell(&pool, &channel).await;
        pool.close().await;
    }

    async fn announce_each(&self, pool: &PgPool, channel: &str) {
        loop {
            self.unannounced.notified().await;
            self.tell(pool, channel).await;
            sleep(QUIET).await;
        }
    }

    async fn tell(&self, pool: &PgPool, channel: &str) {
        let news = self.news.swap(0, Ordering::SeqCst);
        if news == 0 {
            return;
        }
        // A notification need not wait for the disk. If it fails, readers of other processes find
        // out when they look.
        let _ =
            sqlx::query("SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)")
                .bind(channel)
                .bind(news.to_string())
                .execute(pool)
                .await;
    }

    async fn until_closed(&self, work: impl Future<Output = ()>) {
        let mut closed = self.closed.subscribe();
        let closed = closed.wait_for(|closed| *closed);
        select(pin!(closed), pin!(work)).await;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Listener {
    wake: Arc<Wake>,
    connect: Option<PgConnectOptions>,
    interval: Duration,
    statements: Arc<Statements>,
    pool: PgPool,
    channel: String,
}

impl Listener {
    async fn run(self) {
        let mut listener = None;
        loop {
            if listener.is_none() {
                listener = self.connect().await;
                // What was announced before it listened.
                self.look().await;
            }
            match &mut listener {
                Some(open) => match timeout(self.interval, open.recv()).await {
                    // Anybody may send one, so it says to look, and not what is there.
                    Ok(Ok(_)) => {}
                    // The connection is gone, and there may be no other yet.
                    Ok(Err(_)) => {
                        listener = None;
                        sleep(self.interval).await;
                    }
                    Err(_) => {}
                },
                None => sleep(self.interval).await,
            }
            self.look().await;
        }
    }

    async fn connect(&self) -> Option<PgListener> {
        let connect = self.connect.clone()?;
        let pool = lone(connect.application_name("pericarp-listen"));
        let mut listener = PgListener::connect_with(&pool).await.ok()?;
        listener.listen(&self.channel).await.ok()?;
        Some(listener)
    }

    /// Looks at the log itself, if anybody waits.
    async fn look(&self) {
        if self.wake.waiting.load(Ordering::SeqCst) == 0 {
            return;
        }
        match ask(&self.pool, &self.statements, Head).await {
            Ok((_, head)) => self.wake.tail.advance(head),
            // Whoever waits asks for himself, and hears why.
            Err(_) => self.wake.tail.doubt(),
        }
    }
}

/// A connection that is made when it is needed, and again when it is gone.
fn lone(connect: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(connect)
}
