use std::time::SystemTime;

use pericarp::{Ids as _, RandomIds, Timestamp};
use sqlx::{AssertSqlSafe, PgConnection, PgExecutor, PgPool};

use super::table::COLUMNS;
use crate::Outcome;
use crate::appender::Appender;
use crate::work::Deposited;

/// Somebody who inserts row after row over a connection of a pool, each row its own transaction.
#[derive(Debug)]
pub struct Pooled {
    pool: PgPool,
    next: Next,
}

impl Pooled {
    /// So many of them, who share a pool.
    pub fn new(pool: &PgPool, table: &str, count: i64) -> Vec<Self> {
        let pooled = |stream| Self {
            pool: pool.clone(),
            next: Next::new(table, stream),
        };
        (1..=count).map(pooled).collect()
    }
}

impl Appender for Pooled {
    async fn append(&mut self) -> Outcome<()> {
        self.next.insert(&self.pool).await
    }
}

/// Somebody who inserts row after row over one connection, each row its own transaction.
#[derive(Debug)]
pub struct Lone {
    connection: PgConnection,
    next: Next,
}

impl Lone {
    /// Somebody with this connection.
    pub fn new(connection: PgConnection, table: &str) -> Self {
        Self {
            connection,
            next: Next::new(table, 1),
        }
    }
}

impl Appender for Lone {
    async fn append(&mut self) -> Outcome<()> {
        self.next.insert(&mut self.connection).await
    }
}

/// The next event of a stream, whose versions are counted here.
#[derive(Debug)]
struct Next {
    sql: String,
    stream: i64,
    version: i64,
}

impl Next {
    fn new(table: &str, stream: i64) -> Self {
        let sql = format!(
            "INSERT INTO {table} ({COLUMNS})
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10::json)"
        );
        Self {
            sql,
            stream,
            version: 0,
        }
    }

    async fn insert(&mut self, executor: impl PgExecutor<'_>) -> Outcome<()> {
        self.version += 1;
        let data = serde_json::to_string(&Deposited::number(self.version % 100))?;
        let now = Timestamp::from(SystemTime::now()).as_micros();
        sqlx::query(AssertSqlSafe(self.sql.as_str()))
            .bind(self.stream)
            .bind(self.version)
            .bind(now)
            .bind(now)
            .bind(1_i64)
            .bind(RandomIds.next())
            .bind(0_i32)
            .bind("account.deposited")
            .bind(data)
            .bind("{}")
            .execute(executor)
            .await?;
        Ok(())
    }
}
