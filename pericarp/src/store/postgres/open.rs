use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::migrate::{MIGRATIONS, MigrateError, migrate};
use super::statements::{Statements, quoted};
use super::wake::Wake;
use super::writer::Writer;
use super::{PostgresOptions, Shared};
use crate::store::OpenError;

/// The oldest server that is known to work, as `server_version_num` has it.
const OLDEST_SERVER: i32 = 130_000;

pub(super) async fn open(options: PostgresOptions) -> Result<Shared, OpenError> {
    options.check()?;
    let place = options.place();
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(unusable(&place, "it needs a tokio runtime".into()));
    }
    let mut connection = connect(&options).await?;
    check_server(&mut connection, &place).await?;
    migrate(&mut connection, &options.schema, MIGRATIONS)
        .await
        .map_err(|error| match error {
            MigrateError::Newer { found } => OpenError::NewerSchema {
                place: place.clone(),
                found,
                known: MIGRATIONS.len() as u32,
            },
            MigrateError::Sqlx(source) => refused(&place, source),
        })?;
    // A table has a number that no other table of the database has.
    let log: i64 = sqlx::query_scalar("SELECT to_regclass($1)::oid::bigint")
        .bind(format!("{}.pericarp_events", quoted(&options.schema)))
        .fetch_one(&mut connection)
        .await
        .map_err(|source| refused(&place, source))?;
    let channel = format!("pericarp_{log}");
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections)
        .min_connections(options.min_connections)
        .acquire_timeout(options.acquire_timeout)
        .idle_timeout(options.idle_timeout)
        .max_lifetime(options.max_lifetime)
        // A ping for each read would cost as much as a read.
        .test_before_acquire(false)
        .connect_lazy_with(options.connection());

    let statements = Arc::new(Statements::new(&options.schema));
    let wake = Arc::new(Wake::new());
    let (sender, appends) = mpsc::channel(options.queue_capacity);
    let writer = Writer::new(
        options.clone(),
        statements.clone(),
        connection,
        wake.clone(),
    );
    let (running, writing) = watch::channel(());
    tokio::spawn(async move {
        writer.run(appends).await;
        drop(running);
    });
    if options.listen {
        tokio::spawn(wake.clone().announce(options.connection(), channel.clone()));
    }
    Ok(Shared::new(
        options, statements, pool, sender, writing, wake, channel,
    ))
}

/// Connects, and waits for a server that is starting up.
async fn connect(options: &PostgresOptions) -> Result<PgConnection, OpenError> {
    let (place, connect) = (options.place(), options.connection());
    let deadline = Instant::now() + options.acquire_timeout;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let error = match timeout(left, PgConnection::connect_with(&connect)).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error,
            Err(_) => {
                let waited = options.acquire_timeout;
                let source = format!("there was no answer within {waited:?}").into();
                return Err(OpenError::Unreachable { place, source });
            }
        };
        let starting = error
            .as_database_error()
            .is_some_and(|error| error.code().as_deref() == Some("57P03"));
        if !starting || Instant::now() >= deadline {
            return Err(refused(&place, error));
        }
        sleep(Duration::from_millis(50)).await;
    }
}

async fn check_server(connection: &mut PgConnection, place: &str) -> Result<(), OpenError> {
    let (version, encoding, standby): (String, String, bool) = sqlx::query_as(
        "SELECT current_setting('server_version_num'), current_setting('server_encoding'),
                pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'",
    )
    .fetch_one(connection)
    .await
    .map_err(|source| refused(place, source))?;
    if version.parse().unwrap_or(0) < OLDEST_SERVER {
        let why = format!("the server has version {version}; PostgreSQL 13 or later is needed");
        return Err(unusable(place, why));
    }
    if encoding != "UTF8" {
        let why = format!(
            "its encoding is {encoding}, and payloads are kept as UTF-8; create the database with `encoding 'UTF8' template template0`"
        );
        return Err(unusable(place, why));
    }
    if standby {
        return Err(OpenError::ReadOnly {
            place: place.into(),
        });
    }
    Ok(())
}

/// What the server, or the way to it, said.
fn refused(place: &str, error: sqlx::Error) -> OpenError {
    let place = place.to_owned();
    let code = error
        .as_database_error()
        .and_then(|error| error.code())
        .map(Cow::into_owned);
    let message = error.to_string();
    let encryption = matches!(error, sqlx::Error::Tls(_))
        // The server's words for a connection that its pg_hba.conf wants encrypted.
        || code.as_deref() == Some("28000") && (message.contains("no encryption") || message.contains("SSL off"))
        || message.contains("TLS upgrade required");
    let source = Box::new(error);
    match code.as_deref() {
        _ if encryption => OpenError::Encryption { place, source },
        Some("3D000") => OpenError::NoDatabase { place, source },
        Some("25006") => OpenError::ReadOnly { place },
        Some(code) if code.starts_with("28") => OpenError::Unauthorised { place, source },
        Some("57P03") => OpenError::Unreachable { place, source },
        None if matches!(*source, sqlx::Error::Io(_)) => OpenError::Unreachable { place, source },
        _ => OpenError::Failed { place, source },
    }
}

fn unusable(place: &str, why: String) -> OpenError {
    OpenError::Failed {
        place: place.into(),
        source: why.into(),
    }
}
