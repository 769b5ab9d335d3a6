use futures::{TryStreamExt as _, pin_mut};
use pericarp::{Apply, Meta, Timestamp, Version};
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};
use tokio_postgres::types::Json as TokioJson;
use tokio_postgres::{Client, NoTls, Statement};

use crate::Outcome;
use crate::work::{Account, Deposited};

const SELECT: &str = "SELECT version, type, schema_version, occurred_at, data, metadata
    FROM pericarp_events WHERE stream = (SELECT id FROM pericarp_streams WHERE name = $1)
    ORDER BY version";

/// Fetches a stream's rows with sqlx, decodes each where it lies and folds it.
///
/// # Errors
/// If a row is not as expected.
pub async fn load(connection: &mut PgConnection, account: u64, cents: i64) -> Outcome<()> {
    let mut state = Account::default();
    let mut rows = sqlx::query(SELECT)
        .bind(format!("account-{account}"))
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        if row.try_get::<&str, _>(1)? != "account.deposited" || row.try_get::<i64, _>(2)? != 1 {
            return Err("an event of another type".into());
        }
        let version = Version::new(row.try_get::<i64, _>(0)?.unsigned_abs());
        let time = Timestamp::from_micros(row.try_get(3)?);
        let Json(event) = row.try_get::<Json<Deposited<'_>>, _>(4)?;
        let Json(metadata) = row.try_get::<Json<&serde_json::value::RawValue>, _>(5)?;
        state.apply(event, &Meta::new(version, time, metadata.get()));
    }
    check(&state, cents)
}

/// A connection of tokio-postgres.
#[derive(Debug)]
pub struct TokioPostgres {
    client: Client,
    select: Statement,
}

impl TokioPostgres {
    /// Connects, and prepares the statement.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub async fn connect(url: &str) -> Outcome<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let select = client.prepare(SELECT).await?;
        Ok(Self { client, select })
    }

    /// Fetches a stream's rows, decodes each where it lies and folds it.
    ///
    /// # Errors
    /// If a row is not as expected.
    pub async fn load(&self, account: u64, cents: i64) -> Outcome<()> {
        let mut state = Account::default();
        let name = format!("account-{account}");
        let rows = self.client.query_raw(&self.select, [name]).await?;
        pin_mut!(rows);
        while let Some(row) = rows.try_next().await? {
            if row.try_get::<_, &str>(1)? != "account.deposited" || row.try_get::<_, i64>(2)? != 1 {
                return Err("an event of another type".into());
            }
            let version = Version::new(row.try_get::<_, i64>(0)?.unsigned_abs());
            let time = Timestamp::from_micros(row.try_get(3)?);
            let TokioJson(event) = row.try_get::<_, TokioJson<Deposited<'_>>>(4)?;
            let TokioJson(metadata) =
                row.try_get::<_, TokioJson<&serde_json::value::RawValue>>(5)?;
            state.apply(event, &Meta::new(version, time, metadata.get()));
        }
        check(&state, cents)
    }
}

fn check(state: &Account, cents: i64) -> Outcome<()> {
    if state.cents == cents {
        Ok(())
    } else {
        Err(format!("loaded {state:?}").into())
    }
}
