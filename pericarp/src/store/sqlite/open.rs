use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::{oneshot, watch};

use super::lookout::{self, Lookout};
use super::migrate::{MIGRATIONS, MigrateError, migrate};
use super::{Durability, Shared, SqliteOptions, read, writer};
use crate::store::OpenError;
use crate::store::queue::Queue;
use crate::store::tail::Tail;
use crate::store::taking::Taking;

/// The first release without the bug that can corrupt a WAL file when two connections write or
/// checkpoint at once: <https://sqlite.org/wal.html#walresetbug>.
const SAFE_LIBRARY: i32 = 3_051_003;

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

pub(super) async fn open(options: SqliteOptions) -> Result<Shared, OpenError> {
    options.check()?;
    if rusqlite::version_number() < SAFE_LIBRARY {
        return Err(OpenError::UnsafeLibrary {
            found: rusqlite::version(),
        });
    }
    let (opened, is_open) = oneshot::channel();
    let place = options.place();
    // Opening waits for disks and other processes, so it has a thread; it becomes the writer's.
    let start = move || start(options, opened);
    spawn("pericarp-writer", start).map_err(|source| failed(&place, source))?;
    is_open
        .await
        .unwrap_or_else(|_| Err(failed(&place, "the opening thread ended early")))
}

fn start(options: SqliteOptions, opened: oneshot::Sender<Result<Shared, OpenError>>) {
    let (running, threads) = watch::channel(0);
    let running = Arc::new(running);
    let writer_runs = Running::new(&running);
    let mut shared = Shared {
        appends: Arc::new(Queue::new(options.queue_capacity)),
        reads: Arc::new(Queue::new(options.queue_capacity)),
        tail: Arc::new(Tail::new()),
        lookout: Arc::new(Lookout::default()),
        taking: Taking::new(),
        options: options.clone(),
        file: String::new(),
        threads,
    };
    let (connection, others) = match start_parts(&shared, &running) {
        Ok(parts) => parts,
        Err(error) => {
            drop(shared);
            let _ = opened.send(Err(error));
            return;
        }
    };
    connection
        .path()
        .unwrap_or_default()
        .clone_into(&mut shared.file);
    let (appends, tail) = (shared.appends.clone(), shared.tail.clone());
    if let Some(metrics) = &options.metrics {
        let queue = Arc::downgrade(&appends);
        metrics.read_queue(move || queue.upgrade().map_or(0, |queue| queue.len()));
    }
    // If nobody waits for the store any more, dropping it closes the queues.
    let _ = opened.send(Ok(shared));
    writer::run(connection, &appends, &tail, &options, others);
    drop(writer_runs);
}

fn start_parts(
    shared: &Shared,
    running: &Arc<watch::Sender<usize>>,
) -> Result<(Connection, Vec<JoinHandle<()>>), OpenError> {
    let options = &shared.options;
    let place = options.place();
    let mut others = Vec::new();
    let mut connection = writing_connection(options)?;
    migrate(&mut connection, MIGRATIONS).map_err(|error| match error {
        MigrateError::Newer { found } => OpenError::NewerSchema {
            place: place.clone(),
            found,
            known: MIGRATIONS.len() as u32,
        },
        MigrateError::Sqlite(source) => refused(&place, source),
    })?;
    // The triggers guard the log against others; this connection only ever adds rows, and without
    // them a bulk import runs about twice as fast.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)
        .map_err(|source| refused(&place, source))?;
    for number in 0..options.readers {
        let connection = reading_connection(options).map_err(|error| refused(&place, error))?;
        let (reads, runs) = (shared.reads.clone(), Running::new(running));
        let reader = spawn(&format!("pericarp-reader-{number}"), move || {
            read::run(connection, &reads);
            drop(runs);
        });
        others.push(reader.map_err(|source| failed(&place, source))?);
    }
    let looking = reading_connection(options).map_err(|error| refused(&place, error))?;
    let (lookout, tail) = (shared.lookout.clone(), shared.tail.clone());
    let (interval, runs) = (options.poll_interval, Running::new(running));
    let looks = spawn("pericarp-lookout", move || {
        lookout::run(&looking, &lookout, &tail, interval);
        drop(looking);
        drop(runs);
    });
    others.push(looks.map_err(|source| failed(&place, source))?);
    Ok((connection, others))
}

fn writing_connection(options: &SqliteOptions) -> Result<Connection, OpenError> {
    let place = options.place();
    let failed = |source: rusqlite::Error| refused(&place, source);
    let connection = connect(options, FLAGS | OpenFlags::SQLITE_OPEN_CREATE).map_err(failed)?;
    configure(&connection, options).map_err(failed)?;
    if connection.is_readonly("main").map_err(failed)? {
        return Err(OpenError::ReadOnly { place });
    }
    let mode = use_wal(&connection, options.busy_timeout).map_err(failed)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(unusable(
            &place,
            format!(
                "SQLite cannot keep a write-ahead log there (it offers the journal mode `{mode}`); name a file on a local disk"
            ),
        ));
    }
    let encoding: String = connection
        .pragma_query_value(None, "encoding", |row| row.get(0))
        .map_err(failed)?;
    if encoding != "UTF-8" {
        return Err(unusable(
            &place,
            format!(
                "its text encoding is {encoding}, and payloads are kept as UTF-8; use a file of its own for the log"
            ),
        ));
    }
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Relaxed => "NORMAL",
    };
    connection
        .pragma_update(None, "synchronous", synchronous)
        .map_err(failed)?;
    connection
        .pragma_update(None, "wal_autocheckpoint", options.checkpoint_pages)
        .map_err(failed)?;
    Ok(connection)
}

pub(super) fn reading_connection(options: &SqliteOptions) -> rusqlite::Result<Connection> {
    let connection = connect(options, FLAGS)?;
    configure(&connection, options)?;
    connection.pragma_update(None, "query_only", true)?;
    // SQLite brings a size that is out of its range into it.
    let mmap_bytes = i64::try_from(options.mmap_bytes).unwrap_or(i64::MAX);
    connection.pragma_update(None, "mmap_size", mmap_bytes)?;
    Ok(connection)
}

fn connect(options: &SqliteOptions, flags: OpenFlags) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(never_a_uri(&options.path), flags)
}

/// The path, so that it is one to SQLite too. The one that is compiled in takes whatever begins
/// with `file:` for a URI, in which a `?` turns on things such as a database in memory:
/// <https://sqlite.org/uri.html>.
fn never_a_uri(path: &Path) -> Cow<'_, Path> {
    if path.as_os_str().as_encoded_bytes().starts_with(b"file:") {
        Path::new(".").join(path).into()
    } else {
        path.into()
    }
}

fn configure(connection: &Connection, options: &SqliteOptions) -> rusqlite::Result<()> {
    connection.busy_timeout(options.busy_timeout)?;
    connection.pragma_update(None, "cache_size", -i64::from(options.cache_kib))?;
    connection.set_prepared_statement_cache_capacity(64);
    // A plan does not depend on what is bound. Otherwise SQLite takes every new limit for a reason
    // to prepare a statement again, which takes longer than loading a short stream.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Turns to write-ahead logging. SQLite does not call the busy handler for this change, so two
/// processes that make the same new file wait for each other here. Answers with the mode that
/// SQLite is in then.
fn use_wal(connection: &Connection, timeout: Duration) -> rusqlite::Result<String> {
    let deadline = Instant::now() + timeout;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(2));
            }
            outcome => return outcome,
        }
    }
}

/// Counts a thread while it runs, however it ends.
struct Running(Arc<watch::Sender<usize>>);

impl Running {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|running| *running += 1);
        Self(count.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(work)
}

/// What SQLite said. Where the folder alone is read-only, it says so only once it needs a file
/// beside the log.
fn refused(place: &str, source: rusqlite::Error) -> OpenError {
    match source.sqlite_error_code() {
        Some(ErrorCode::ReadOnly) => OpenError::ReadOnly {
            place: place.into(),
        },
        _ => failed(place, source),
    }
}

fn failed(place: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
    OpenError::Failed {
        place: place.into(),
        source: source.into(),
    }
}

fn unusable(place: &str, why: String) -> OpenError {
    OpenError::Failed {
        place: place.into(),
        source: why.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_never_a_uri() {
        for (path, opened) in [
            ("file:bank.db?mode=memory", "./file:bank.db?mode=memory"),
            ("file:/bank.db", "./file:/bank.db"),
            ("/data/file:bank.db", "/data/file:bank.db"),
            ("bank.db", "bank.db"),
        ] {
            assert_eq!(never_a_uri(Path::new(path)), Path::new(opened));
        }
    }
}
