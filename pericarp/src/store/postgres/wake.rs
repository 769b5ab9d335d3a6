use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::PostgresOptions;
use super::read::{Head, ask};
use super::statements::Statements;
use crate::Position;

/// What readers who wait for events wait for.
///
/// An append of this process is known at once. Those of others come by `NOTIFY`, which is sent
/// after the commit and from a connection of its own, since inside the transaction it would make
/// every commit of the database wait for the last; and by looking, should a message get lost.
pub(super) struct Wake {
    seen: watch::Sender<Seen>,
    unannounced: Notify,
    listening: AtomicBool,
}

/// What is known of the log.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// An event is there.
    pub(super) head: Position,
    pub(super) closed: bool,
}

/// How long the notifier waits after a message, so that one speaks for many commits.
const QUIET: Duration = Duration::from_millis(5);

impl Wake {
    pub(super) fn new() -> Self {
        Self {
            seen: watch::Sender::new(Seen::default()),
            unannounced: Notify::new(),
            listening: AtomicBool::new(false),
        }
    }

    /// Says that this process has stored an event at `position`.
    pub(super) fn appended(&self, position: Position) {
        if self.learned(position) {
            self.unannounced.notify_one();
        }
    }

    /// Says that there is an event at `position`.
    pub(super) fn learned(&self, position: Position) -> bool {
        self.seen.send_if_modified(|seen| {
            let news = position > seen.head;
            seen.head = seen.head.max(position);
            news
        })
    }

    pub(super) fn close(&self) {
        self.seen.send_modify(|seen| seen.closed = true);
    }

    pub(super) fn watch(&self) -> watch::Receiver<Seen> {
        self.seen.subscribe()
    }

    /// Starts listening, the first time somebody waits.
    pub(super) fn listen(
        self: &Arc<Self>,
        options: &PostgresOptions,
        statements: &Arc<Statements>,
        pool: &PgPool,
        channel: &str,
    ) -> Option<JoinHandle<()>> {
        if self.listening.swap(true, Ordering::SeqCst) {
            return None;
        }
        let listener = Listener {
            wake: self.clone(),
            connect: options.listen.then(|| options.connection()),
            interval: options.poll_interval,
            statements: statements.clone(),
            pool: pool.clone(),
            channel: channel.to_owned(),
        };
        Some(tokio::spawn(listener.run()))
    }

    /// Announces appends of this process to others, until it is closed.
    pub(super) async fn announce(self: Arc<Self>, connect: PgConnectOptions, channel: String) {
        // A notification alone need not wait for the disk.
        let connect = connect.application_name("pericarp-notify");
        let pool = lone(connect);
        loop {
            self.unannounced.notified().await;
            let Seen { head, closed } = *self.seen.borrow();
            // If it fails, readers of other processes find out when they look.
            let _ = sqlx::query(
                "SELECT set_config('synchronous_commit', 'off', false), pg_notify($1, $2)",
            )
            .bind(&channel)
            .bind(head.get().to_string())
            .execute(&pool)
            .await;
            if closed {
                return pool.close().await;
            }
            sleep(QUIET).await;
        }
    }

    /// Lets whoever announces look whether it is over.
    pub(super) fn nudge(&self) {
        self.unannounced.notify_one();
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
        while !self.wake.seen.borrow().closed {
            if listener.is_none() {
                listener = self.connect().await;
            }
            match &mut listener {
                Some(open) => match timeout(self.interval, open.recv()).await {
                    Ok(Ok(message)) => {
                        let position = message.payload().parse().unwrap_or_default();
                        self.wake.learned(Position::new(position));
                        continue;
                    }
                    // It connects again by itself, or is made anew.
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
        listener.ignore_pool_close_event(true);
        listener.listen(&self.channel).await.ok()?;
        // What was announced before it listened.
        self.look().await;
        Some(listener)
    }

    async fn look(&self) {
        if self.wake.seen.receiver_count() == 0 {
            return;
        }
        // If it fails, whoever waits goes on waiting, and the next look finds out.
        if let Ok((_, position)) = ask(&self.pool, &self.statements, Head).await {
            self.wake.learned(position);
        }
    }
}

/// A connection that is made when it is needed, and again when it is gone.
fn lone(connect: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(connect)
}
