use std::io::ErrorKind;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::{sleep, timeout};

use super::appends::queue;
use super::drive::Drive;
use super::fault::PostgresFault;
use super::migrate::{MIGRATIONS, MigrateError, migrate};
use super::patience::GRACE;
use super::readers::Readers;
use super::statements::{Statements, quoted};
use super::wake::Wake;
use super::writer::Writer;
use super::{PostgresOptions, Shared};
use crate::store::OpenError;
use crate::store::taking::Taking;

/// The oldest server that is known to work, as `server_version_num` has it.
const OLDEST_SERVER: i32 = 130_000;

pub(super) async fn open(options: PostgresOptions) -> Result<Shared, OpenError> {
    options.check()?;
    let place = options.place();
    let Ok(runtime) = Handle::try_current() else {
        return Err(unusable(&place, "it needs a tokio runtime".into()));
    };
    let mut connection = connect(&options).await?;
    let preparing = prepare(&mut connection, &options, &place);
    // Each statement has its time at the server, and there are some.
    let log = match options.query_timeout {
        Some(each) => timeout(each * STATEMENTS + GRACE, preparing)
            .await
            .unwrap_or_else(|_| Err(silent(place.clone(), each * STATEMENTS + GRACE)))?,
        None => preparing.await?,
    };
    let channel = format!("pericarp_{log}");
    let named = options.statement_cache > 0;
    let statements = Arc::new(Statements::new(&options.schema, named));
    let readers = Readers::open(&options, statements.clone(), runtime.clone())
        .await
        .map_err(|error| match error {
            sqlx::Error::PoolTimedOut => silent(place, options.acquire_timeout),
            error => refused(&place, error),
        })?;
    let readers = Arc::new(readers);
    let wake = Arc::new(Wake::new());
    let (queue, appends) = queue(options.queue_capacity);
    if let Some(metrics) = &options.metrics {
        metrics.read_queue(queue.watched());
    }
    let (running, writing) = watch::channel(());
    let writer = Writer::new(
        options.clone(),
        statements.clone(),
        connection,
        wake.clone(),
        appends,
        running,
    );
    let drive = Drive::new(writer, runtime.clone(), alive(&runtime, writing.clone()));
    if options.listen {
        tokio::spawn(wake.clone().announce(options.connection(), channel.clone()));
    }
    Ok(Shared {
        options,
        statements,
        readers,
        appends: queue,
        drive: Arc::new(drive),
        writing,
        wake,
        taking: Taking::new(),
        channel,
        importer: AsyncMutex::default(),
    })
}

/// What is there as long as the runtime is, and the writer.
fn alive(runtime: &Handle, mut writing: watch::Receiver<()>) -> Weak<()> {
    let alive = Arc::new(());
    let there = Arc::downgrade(&alive);
    runtime.spawn(async move {
        while writing.changed().await.is_ok() {}
        drop(alive);
    });
    there
}

/// How many statements' time opening may take, when the network is silent.
const STATEMENTS: u32 = 2;

/// Makes what is missing in the database, and tells the number of the log.
async fn prepare(
    connection: &mut PgConnection,
    options: &PostgresOptions,
    place: &str,
) -> Result<i64, OpenError> {
    check_server(connection, place).await?;
    migrate(connection, &options.schema, MIGRATIONS)
        .await
        .map_err(|error| match error {
            MigrateError::Newer { found } => OpenError::NewerSchema {
                place: place.to_owned(),
                found,
                known: MIGRATIONS.len() as u32,
            },
            MigrateError::Sqlx(source) => refused(place, source),
        })?;
    // A table has a number that no other table of the database has.
    sqlx::query_scalar("SELECT to_regclass($1)::oid::bigint")
        .bind(format!("{}.pericarp_events", quoted(&options.schema)))
        .fetch_one(connection)
        .await
        .map_err(|source| refused(place, source))
}

/// Connects, and waits for a server that is starting up.
async fn connect(options: &PostgresOptions) -> Result<PgConnection, OpenError> {
    let (place, connect) = (options.place(), options.writer_connection());
    let deadline = Instant::now() + options.acquire_timeout;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let error = match timeout(left, PgConnection::connect_with(&connect)).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error,
            Err(_) => return Err(silent(place, options.acquire_timeout)),
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
    let (cut, invalid) = match &error {
        sqlx::Error::Io(error) => (true, error.kind() == ErrorKind::InvalidData),
        _ => (false, false),
    };
    let message = error.to_string();
    let code = error.as_database_error().and_then(|error| error.code());
    // What the handshake of TLS says of a certificate comes as invalid data.
    let encryption = invalid || matches!(error, sqlx::Error::Tls(_))
        // The server's words for a connection that its pg_hba.conf wants encrypted.
        || code.as_deref() == Some("28000") && (message.contains("no encryption") || message.contains("SSL off"))
        || message.contains("TLS upgrade required");
    let source = Box::new(PostgresFault::from(error));
    match source.sqlstate() {
        _ if encryption => OpenError::Encryption { place, source },
        Some("3D000") => OpenError::NoDatabase { place, source },
        Some("25006") => OpenError::ReadOnly { place },
        Some(code) if code.starts_with("28") => OpenError::Unauthorised { place, source },
        Some("42501") => OpenError::Forbidden { place, source },
        Some("57P03") => OpenError::Unreachable { place, source },
        None if cut => OpenError::Unreachable { place, source },
        _ => OpenError::Failed { place, source },
    }
}

fn silent(place: String, waited: Duration) -> OpenError {
    let source = format!("there was no answer within {waited:?}").into();
    OpenError::Unreachable { place, source }
}

fn unusable(place: &str, why: String) -> OpenError {
    OpenError::Failed {
        place: place.into(),
        source: why.into(),
    }
}
