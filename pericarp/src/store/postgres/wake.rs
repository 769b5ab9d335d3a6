use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{join, select};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{Connection as _, PgConnection};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::PostgresOptions;
use super::fault::PostgresFault;
use super::patience::{GRACE, within};
use super::read::Head;
use super::readers::Readers;
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
const QUIET: Duration = Duration::from_millis(10);

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
        readers: &Arc<Readers>,
        channel: &str,
    ) {
        if self.listening.swap(true, Ordering::SeqCst) {
            return;
        }
        let listener = Listener {
            wake: self.clone(),
            connect: options.listen.then(|| options.connection()),
            interval: options.poll_interval,
            readers: readers.clone(),
            channel: channel.to_owned(),
        };
        let wake = self.clone();
        // Whoever waits first may be on a runtime that ends before the store does.
        readers.spawn_task(async move { wake.until_closed(listener.run()).await });
    }

    /// Tells others of this process's appends, until it is closed.
    pub(super) async fn announce(self: Arc<Self>, connect: PgConnectOptions, channel: String) {
        let mut announcer = Announcer {
            connect: connect.application_name("pericarp-notify"),
            channel,
            connection: None,
        };
        self.until_closed(self.announce_each(&mut announcer)).await;
        // What was appended last.
        announcer.tell(self.news.swap(0, Ordering::SeqCst)).await;
        if let Some(connection) = announcer.connection {
            let _ = timeout(GRACE, connection.close()).await;
        }
    }

    async fn announce_each(&self, announcer: &mut Announcer) {
        loop {
            self.unannounced.notified().await;
            announcer.tell(self.news.swap(0, Ordering::SeqCst)).await;
            sleep(QUIET).await;
        }
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

/// The connection that tells others.
struct Announcer {
    connect: PgConnectOptions,
    channel: String,
    connection: Option<PgConnection>,
}

impl Announcer {
    async fn tell(&mut self, news: u64) {
        if news == 0 {
            return;
        }
        // It may have been lost since the last time. If it fails again, readers of other processes
        // find out when they look.
        for _ in 0..2 {
            if within(Some(GRACE), self.notify(news)).await.is_ok() {
                return;
            }
            self.connection = None;
        }
    }

    /// Notifies, which need not wait for the disk.
    async fn notify(&mut self, news: u64) -> Result<(), PostgresFault> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => PgConnection::connect_with(&self.connect).await?,
        };
        let connection = self.connection.insert(connection);
        sqlx::query("SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)")
            .persistent(false)
            .bind(&self.channel)
            .bind(news.to_string())
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// What looks at the log while somebody waits: in intervals, and when others say that there is news.
struct Listener {
    wake: Arc<Wake>,
    connect: Option<PgConnectOptions>,
    interval: Duration,
    readers: Arc<Readers>,
    channel: String,
}

/// How long to wait before listening again after the connection was lost.
const PAUSE: Duration = Duration::from_millis(100);
/// After how much silence to ask whether the server is there: whoever only listens does not notice
/// that it is not.
const SILENCE: Duration = Duration::from_secs(15);

impl Listener {
    async fn run(self) {
        join(self.poll(), self.heed()).await;
    }

    async fn poll(&self) {
        loop {
            self.look().await;
            sleep(self.interval).await;
        }
    }

    async fn heed(&self) {
        let Some(connect) = &self.connect else {
            return;
        };
        loop {
            if let Ok(Ok(mut listener)) = timeout(SILENCE, self.listen(connect)).await {
                // What was announced before it listened.
                self.look().await;
                while is_there(&mut listener).await {
                    // Anybody may send one, so it says to look, and not what is there.
                    self.look().await;
                }
            }
            sleep(PAUSE).await;
        }
    }

    async fn listen(&self, connect: &PgConnectOptions) -> sqlx::Result<PgListener> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(connect.clone().application_name("pericarp-listen"));
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(&self.channel).await?;
        Ok(listener)
    }

    /// Looks at the log itself, if anybody waits.
    async fn look(&self) {
        if self.wake.waiting.load(Ordering::SeqCst) == 0 {
            return;
        }
        match self.readers.ask(Head).await {
            Ok((_, head)) => self.wake.tail.advance(head),
            // Whoever waits asks for himself, and hears why.
            Err(_) => self.wake.tail.doubt(),
        }
    }
}

/// Waits for a notification, or for so long that it is time to look whether the server is there.
async fn is_there(listener: &mut PgListener) -> bool {
    match timeout(SILENCE, listener.try_recv()).await {
        Ok(received) => matches!(received, Ok(Some(_))),
        Err(_) => {
            let question = sqlx::raw_sql("SELECT").execute(listener);
            matches!(timeout(GRACE, question).await, Ok(Ok(_)))
        }
    }
}
