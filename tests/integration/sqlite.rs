//! What only a SQLite file can meet: other programs, permissions, backups, full disks.

use std::fs;
use std::future::{Future, poll_fn};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::pin::Pin;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use pericarp::store::sqlite::{SqliteOptions, WhenFull};
use pericarp::store::{AppendError, OpenError, ReadLog, SqliteStore, Store};
use pericarp::{Commit, Committed, Expected, Position};
use pericarp_tests::{chain, commit_to, positions};
use rusqlite::Connection;

use crate::conformance_sqlite::LogFile;

/// Takes the write lock, as another program would, until the connection is dropped.
fn write_lock(log: &LogFile) -> Connection {
    let client = log.client();
    client.execute_batch("BEGIN IMMEDIATE").unwrap();
    client
}

async fn open(log: &LogFile) -> SqliteStore {
    SqliteStore::open(log.path()).await.unwrap()
}

type Appending = Pin<Box<dyn Future<Output = Result<Committed, AppendError>> + Send>>;

/// Hands an append over: polls it once. Its outcome, if it came by then.
async fn hand_over(store: &SqliteStore, commit: Commit) -> (Appending, Option<Outcome>) {
    let store = store.clone();
    let mut appending: Appending = Box::pin(async move { store.append(commit).await });
    let outcome = poll_fn(|context| match appending.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending => Poll::Ready(None),
    });
    let outcome = outcome.await;
    (appending, outcome)
}

type Outcome = Result<Committed, AppendError>;

#[tokio::test]
async fn a_new_file_is_made_and_found_again() {
    let log = LogFile::new();
    for round in 1..=3_u64 {
        let store = open(&log).await;
        store
            .append(commit_to("a", Expected::Any, 1))
            .await
            .unwrap();
        store.close().await;
        assert_eq!(open(&log).await.head().await.unwrap(), Position::new(round));
    }
}

#[tokio::test]
async fn the_path_may_hold_anything() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "it's.db",
        "a?mode=ro",
        "50%20#;--.db",
        "dos\\path",
        " ",
        "żółć.db",
        "file:x",
    ] {
        let path = folder.path().join(name);
        let store = SqliteStore::open(&path).await.unwrap();
        store
            .append(commit_to("a", Expected::NoStream, 1))
            .await
            .unwrap();
        assert!(path.is_file(), "{path:?}");
    }
}

#[tokio::test]
async fn another_programs_tables_stay_as_they_are() {
    let log = LogFile::new();
    let theirs = "PRAGMA user_version = 7; CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)";
    log.client().execute_batch(theirs).unwrap();
    let store = open(&log).await;
    store
        .append(commit_to("a", Expected::NoStream, 2))
        .await
        .unwrap();
    let row: (i64, i64) = log
        .client()
        .query_row(
            "SELECT a, (SELECT * FROM pragma_user_version) FROM theirs",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(row, (1, 7));
}

#[tokio::test]
async fn what_is_no_log_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "not a database, and longer than the header of one, which has 100 bytes, or so it is said by SQLite").unwrap();
    let places = [
        (folder.path().to_owned(), "unable to open database file"),
        (
            folder.path().join("missing/log.db"),
            "unable to open database file",
        ),
        (text.clone(), "file is not a database"),
    ];
    for (place, reason) in places {
        let error = SqliteStore::open(&place).await.unwrap_err();
        assert_eq!(error.code(), "open.failed", "{error}");
        let text = chain(&error);
        assert!(
            text.contains(&*place.to_string_lossy()) && text.contains(reason),
            "{text}"
        );
    }
    assert!(
        fs::read_to_string(text)
            .unwrap()
            .starts_with("not a database")
    );
}

/// Opens the log as a user who owns nothing. Permissions do not hold for root.
fn try_as_nobody(path: &Path) -> String {
    // It may have been built in a folder that is its owner's alone.
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("another_process");
    fs::copy(env!("CARGO_BIN_EXE_another_process"), &program).unwrap();
    let mut command = Command::new(&program);
    command.arg("try").arg(path);
    if fs::metadata("/proc/self").map_or(0, |me| me.uid()) == 0 {
        command.uid(65_534).gid(65_534);
    }
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot start {} as nobody: {error}", program.display()));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What nobody is told about a log with these permissions, in a folder with those.
async fn outcome_for_nobody(folder_mode: u32, file_mode: u32) -> String {
    let log = LogFile::new();
    let path = log.path();
    let folder = path.parent().unwrap();
    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let store = open(&log).await;
    store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    store.close().await;
    allow(&path, file_mode);
    allow(folder, folder_mode);
    let outcome = try_as_nobody(&path);
    assert!(
        outcome == "open" || outcome.contains(&*path.to_string_lossy()),
        "{outcome}"
    );
    if folder_mode == 0o555 {
        let new = try_as_nobody(&folder.join("new.db"));
        assert!(new.starts_with("open.failed: "), "{new}");
    }
    allow(folder, 0o700);
    outcome
}

#[tokio::test]
async fn a_log_that_cannot_be_written_is_refused() {
    assert_eq!(outcome_for_nobody(0o777, 0o666).await, "open");
    // The last is a log beside which the write-ahead log cannot be made.
    for (folder, file) in [(0o777, 0o444), (0o555, 0o444), (0o555, 0o666)] {
        let outcome = outcome_for_nobody(folder, file).await;
        assert!(
            outcome.starts_with("open.read_only: "),
            "{folder:o} {file:o}: {outcome}"
        );
    }
}

#[tokio::test]
async fn options_that_cannot_work_are_refused() {
    let log = LogFile::new();
    let options = || SqliteOptions::new(log.path());
    for wrong in [
        options().readers(0),
        options().readers(65),
        options().queue(0, WhenFull::Wait),
        options().poll_interval(Duration::ZERO),
        options().poll_interval(Duration::from_secs(3_601)),
    ] {
        let error = SqliteStore::open_with(wrong).await.unwrap_err();
        assert!(matches!(error, OpenError::Option { .. }), "{error}");
    }
    assert!(!log.path().exists());
}

#[tokio::test]
async fn a_reader_outside_holds_up_no_append_and_sees_one_state() {
    let log = LogFile::new();
    let store = open(&log).await;
    store
        .append(commit_to("a", Expected::Any, 2))
        .await
        .unwrap();
    let client = log.client();
    let count = || {
        let sql = "SELECT count(*) FROM pericarp_events";
        client
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    client.execute_batch("BEGIN").unwrap();
    assert_eq!(count(), 2);
    for _ in 0..5 {
        store
            .append(commit_to("a", Expected::Any, 2))
            .await
            .unwrap();
    }
    assert_eq!(count(), 2);
    client.execute_batch("COMMIT").unwrap();
    assert_eq!(count(), 12);
}

#[tokio::test]
async fn a_lock_that_is_held_too_long_is_a_failure_with_a_known_outcome() {
    let log = LogFile::new();
    let options = SqliteOptions::new(log.path()).busy_timeout(Duration::from_millis(20));
    let store = SqliteStore::open_with(options).await.unwrap();
    let lock = write_lock(&log);
    let commit = commit_to("a", Expected::NoStream, 2);
    let error = store.append(commit.clone()).await.unwrap_err();
    assert!(matches!(error, AppendError::Failed { .. }), "{error:?}");
    assert!(error.outcome_is_known());
    assert!(chain(&error).contains("locked"), "{}", chain(&error));
    assert_eq!(store.head().await.unwrap(), Position::START);
    drop(lock);
    assert!(store.append(commit).await.is_ok());
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_blocks_a_runtime_of_one_thread() {
    let log = LogFile::new();
    let store = open(&log).await;
    let lock = write_lock(&log);
    let ticks = Arc::new(AtomicUsize::new(0));
    let append = tokio::spawn({
        let store = store.clone();
        async move { store.append(commit_to("a", Expected::NoStream, 1)).await }
    });
    let ticking = tokio::spawn({
        let ticks = ticks.clone();
        async move {
            for _ in 0..1_000 {
                ticks.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
            // Had the append blocked this thread, nobody would let it go on.
            drop(lock);
        }
    });
    append.await.unwrap().unwrap();
    ticking.await.unwrap();
    assert_eq!(ticks.load(Ordering::Relaxed), 1_000);
}

#[tokio::test]
async fn a_full_queue_rejects_if_it_is_told_to() {
    let log = LogFile::new();
    let options = SqliteOptions::new(log.path()).queue(2, WhenFull::Reject);
    let store = SqliteStore::open_with(options).await.unwrap();
    let lock = write_lock(&log);
    // Two that the writer took and waits with, two in the queue, and then no more.
    let mut waiting = Vec::new();
    let rejected = loop {
        let commit = commit_to("a", Expected::Any, 1);
        match hand_over(&store, commit.clone()).await {
            (append, None) => waiting.push(append),
            (_, Some(outcome)) => break (commit, outcome),
        }
        assert!(waiting.len() <= 4, "the queue takes more than its capacity");
    };
    let (commit, outcome) = rejected;
    assert!(
        matches!(outcome, Err(AppendError::QueueFull { capacity: 2 })),
        "{outcome:?}"
    );
    drop(lock);
    let accepted = waiting.len();
    for append in waiting {
        append.await.unwrap();
    }
    assert_eq!(store.head().await.unwrap(), Position::new(accepted as u64));
    assert!(store.append(commit).await.is_ok());
}

/// A place that becomes free was given to whoever had waited longest, polled or not.
#[tokio::test]
async fn appends_that_wait_for_a_place_and_are_not_polled_hold_nobody_up() {
    let log = LogFile::new();
    let options = SqliteOptions::new(log.path()).queue(2, WhenFull::Wait);
    let store = SqliteStore::open_with(options).await.unwrap();
    let lock = write_lock(&log);
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let (append, outcome) = hand_over(&store, commit_to("a", Expected::Any, 1)).await;
        assert!(outcome.is_none());
        waiting.push(append);
    }
    drop(lock);
    let overtaking = store.append(commit_to("a", Expected::Any, 1));
    let overtaken = tokio::time::timeout(Duration::from_secs(60), overtaking).await;
    overtaken.expect("it overtakes them").unwrap();
    for append in waiting {
        append.await.unwrap();
    }
    assert_eq!(store.head().await.unwrap(), Position::new(9));
}

#[tokio::test]
async fn in_a_batch_only_the_commit_in_conflict_fails() {
    let log = LogFile::new();
    let store = open(&log).await;
    let lock = write_lock(&log);
    let mut waiting = Vec::new();
    for number in 0..40 {
        // Every fourth expects a stream that is not there.
        let (key, expected) = match number % 4 {
            3 => ("missing", Expected::Exists),
            _ => ("there", Expected::Any),
        };
        let (append, outcome) = hand_over(&store, commit_to(key, expected, 2)).await;
        assert!(outcome.is_none());
        waiting.push(append);
    }
    drop(lock);
    for (number, append) in waiting.into_iter().enumerate() {
        let outcome = append.await;
        match number % 4 {
            3 => assert!(
                matches!(outcome, Err(AppendError::Conflict(_))),
                "{outcome:?}"
            ),
            _ => assert!(outcome.is_ok(), "{outcome:?}"),
        }
    }
    assert_eq!(positions(&store).await.len(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_that_is_taken_while_writers_run_holds_what_was_acknowledged_before() {
    let log = LogFile::new();
    let store = open(&log).await;
    let done = Arc::new(AtomicBool::new(false));
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let (store, done, acknowledged) = (store.clone(), done.clone(), acknowledged.clone());
        writers.spawn(async move {
            while !done.load(Ordering::SeqCst) {
                let commit = commit_to(&format!("w{writer}"), Expected::Any, 3);
                let answer = store.append(commit).await.unwrap();
                let last = answer.last.get() as usize;
                acknowledged.fetch_max(last, Ordering::SeqCst);
            }
        });
    }
    let mut backups = Vec::new();
    for number in 1..=4 {
        while acknowledged.load(Ordering::SeqCst) < number * 100 {
            tokio::task::yield_now().await;
        }
        let before = Position::new(acknowledged.load(Ordering::SeqCst) as u64);
        let backup = log.path().with_file_name(format!("backup-{number}.db"));
        let (client, target) = (log.client(), backup.display().to_string());
        tokio::task::spawn_blocking(move || client.execute("VACUUM INTO ?1", [target]).unwrap())
            .await
            .unwrap();
        backups.push((before, backup));
    }
    done.store(true, Ordering::SeqCst);
    writers.join_all().await;

    let whole = positions(&store).await;
    for (before, backup) in backups {
        let restored = SqliteStore::open(backup).await.unwrap();
        let events = positions(&restored).await;
        assert!(
            whole.starts_with(&events),
            "a backup is a beginning of the log"
        );
        assert!(
            restored.head().await.unwrap() >= before,
            "what was acknowledged is in it"
        );
        assert_eq!(events.len() % 3, 0, "and no commit by half");
        let commit = commit_to("restored", Expected::NoStream, 1);
        let answer = restored.append(commit).await.unwrap();
        assert_eq!(answer.first.get() as usize, events.len() + 1);
    }
}

#[tokio::test]
async fn a_page_that_is_read_while_the_log_grows_does_not_grow() {
    let log = LogFile::new();
    let store = open(&log).await;
    store
        .append(commit_to("a", Expected::Any, 10))
        .await
        .unwrap();
    let mut pages = store.pages(ReadLog::all().limit(10));
    assert_eq!(pages.next().await.unwrap().map(|page| page.len()), Some(10));
    store
        .append(commit_to("a", Expected::Any, 10))
        .await
        .unwrap();
    assert!(
        pages.next().await.unwrap().is_none(),
        "there was no more when it was read"
    );
}

/// The clock was set back between two runs of the program: what is recorded later must not look
/// older, or a read by time would miss it.
#[tokio::test]
async fn the_time_of_recording_never_falls() {
    struct Fixed(i64);
    impl pericarp::Clock for Fixed {
        fn now(&self) -> pericarp::Timestamp {
            pericarp::Timestamp::from_micros(self.0)
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let options = || SqliteOptions::new(folder.path().join("log.db"));
    let mut recorded = Vec::new();
    for now in [2_000, 1_000, 3_000] {
        let store = SqliteStore::open_with(options().clock(Fixed(now)))
            .await
            .unwrap();
        let committed = store
            .append(commit_to("a", Expected::Any, 1))
            .await
            .unwrap();
        recorded.push(committed.recorded_at.as_micros());
        store.close().await;
    }
    assert_eq!(recorded, [2_000, 2_000, 3_000]);
}
