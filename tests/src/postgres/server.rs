use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};

use super::database::{Database, Schema};
use super::options::Options;
use super::own_server::OwnServer;
use super::shared::Shared;
use super::url::Url;

/// The URL of a superuser of a server that is there already.
const GIVEN: &str = "PERICARP_TEST_POSTGRES";

/// For how many seconds the shared server outlives its last user.
const GRACE: u32 = 20;

/// A PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Server {
    url: Url,
    /// How the tests themselves come in, whatever they made of the other way.
    socket: Url,
    /// What every `CREATE DATABASE` says.
    databases: &'static str,
}

impl Server {
    /// The server that all tests share: the one at `PERICARP_TEST_POSTGRES`, or one of this checkout.
    ///
    /// The first to ask starts it, in about a second; it stops when nobody has used it for 20
    /// seconds. What is in it besides one's own database or schema is somebody else's.
    ///
    /// # Panics
    ///
    /// There is no PostgreSQL on this machine. The message says how to come by one.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<(Server, Option<Shared>)> = OnceLock::new();
        let (server, _) = SHARED.get_or_init(|| {
            if let Some(url) = env::var(GIVEN).ok().filter(|url| !url.is_empty()) {
                return (Self::at(Url::parse(&url)), None);
            }
            let shared = Shared::join(&folder(), GRACE);
            (shared.server(), Some(shared))
        });
        server
    }

    /// Starts a server of one's own, in about a second.
    pub async fn start_own(options: Options) -> OwnServer {
        OwnServer::start_with(options).await
    }

    pub(super) fn at(url: Url) -> Self {
        Self {
            socket: url.clone(),
            url,
            databases: "",
        }
    }

    /// The same, but clients go to this address.
    pub(super) fn seen_at(self, address: &str) -> Self {
        Self {
            url: self.url.at(address),
            ..self
        }
    }

    pub(super) fn with_databases(self, databases: &'static str) -> Self {
        Self { databases, ..self }
    }

    pub(super) const fn socket(&self) -> &Url {
        &self.socket
    }

    /// The URL of its superuser.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Creates a database with a name of its own: 20 to 50 ms. For tests that need everything to
    /// themselves: advisory locks and notifications are seen all over a database.
    pub async fn database(&self) -> Database {
        self.database_with("").await
    }

    /// Creates a database with more to say, such as `TEMPLATE template0 LOCALE_PROVIDER icu
    /// ICU_LOCALE 'en-US'`.
    pub async fn database_with(&self, clauses: &str) -> Database {
        Database::create(self, &format!("{} {clauses}", self.databases)).await
    }

    /// Creates a schema with a name of its own in the database of [`Self::url`]: a few ms.
    pub async fn schema(&self) -> Schema {
        Schema::create(self).await
    }

    /// Connects the superuser, over a socket if it has one.
    pub async fn connect(&self) -> PgConnection {
        connect(&self.socket).await
    }
}

/// A connection to `url`.
pub(super) async fn connect(url: &Url) -> PgConnection {
    PgConnection::connect(&url.to_string()).await.unwrap()
}

/// At most so many connections to `url`.
pub(super) async fn pool(url: &Url, connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .connect(&url.to_string())
        .await
        .unwrap()
}

/// One for each user of the machine and each checkout.
fn folder() -> std::path::PathBuf {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut hasher);
    env::temp_dir().join(format!(
        "pericarp-pg-{}-{:08x}",
        rustix::process::geteuid().as_raw(),
        hasher.finish() as u32
    ))
}
