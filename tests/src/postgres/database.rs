use std::fmt;
use std::thread;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use uuid::Uuid;

use super::server::{Server, connect, pool};
use super::url::Url;

/// A database of one's own, dropped with this value, whoever is still connected.
pub struct Database(Own);

impl Database {
    pub(super) async fn create(server: &Server, clauses: &str) -> Self {
        let name = name();
        execute(
            server.socket(),
            &format!("CREATE DATABASE {name} {clauses}"),
        )
        .await;
        Self(Own {
            url: server.url().clone().database(&name),
            server: server.socket().clone(),
            drop: format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            name,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The URL of a superuser in it.
    pub const fn url(&self) -> &Url {
        &self.0.url
    }

    /// A connection to it.
    pub async fn connect(&self) -> PgConnection {
        connect(&self.0.url).await
    }

    /// At most so many connections to it.
    pub async fn pool(&self, connections: u32) -> PgPool {
        pool(&self.0.url, connections).await
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A schema of one's own in a database that is shared, dropped with this value, whoever has a
/// transaction open that used it.
///
/// Its URL makes it the only one in `search_path`. Advisory locks, notifications and what
/// `pg_stat_activity` shows are shared with everybody else in the database.
pub struct Schema(Own);

impl Schema {
    pub(super) async fn create(server: &Server) -> Self {
        let name = name();
        execute(server.socket(), &format!("CREATE SCHEMA {name}")).await;
        Self(Own {
            url: server
                .url()
                .clone()
                .with(&format!("options=-csearch_path%3D{name}")),
            server: server.socket().clone(),
            // Their transactions end with their connections, or it would wait for them.
            drop: format!(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l LEFT JOIN pg_class AS c ON c.oid = l.relation
                 WHERE to_regnamespace('{name}') IN (c.relnamespace, l.objid) AND l.pid <> pg_backend_pid()
                   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());
                 DROP SCHEMA IF EXISTS {name} CASCADE"
            ),
            name,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The URL of a superuser who creates and finds tables in it.
    pub const fn url(&self) -> &Url {
        &self.0.url
    }

    /// A connection to it.
    pub async fn connect(&self) -> PgConnection {
        connect(&self.0.url).await
    }

    /// At most so many connections to it.
    pub async fn pool(&self, connections: u32) -> PgPool {
        pool(&self.0.url, connections).await
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something on a server that is dropped with this value.
#[derive(Debug)]
struct Own {
    name: String,
    url: Url,
    server: Url,
    drop: String,
}

impl Drop for Own {
    /// Waits until it is gone. A runtime that is not the test's, which may be about to end.
    fn drop(&mut self) {
        let gone = thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    let Ok(mut connection) = PgConnection::connect(&self.server.to_string()).await
                    else {
                        // The server is gone, and it with it.
                        return Ok(());
                    };
                    connection
                        .execute(AssertSqlSafe(self.drop.as_str()))
                        .await
                        .map(drop)
                })
            });
            thread.join()
        });
        match gone {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("{}: {error}", self.drop),
            Err(_) => eprintln!("{}: panicked", self.drop),
        }
    }
}

async fn execute(url: &Url, sql: &str) {
    let mut connection = connect(url).await;
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}

/// A name that nobody else has, not even on a server that outlives the tests.
fn name() -> String {
    format!("test_{}", Uuid::now_v7().simple())
}
