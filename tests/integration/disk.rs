//! A disk that is full, and files that may not grow: law 13 where it is about real disks.
//!
//! Each test runs once more in a process of its own: in a mount namespace with a small disk, or
//! with a limit on the size of files.

use std::env;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{AppendError, OpenError, SqliteStore, Store};
use pericarp::testing::conformance::{
    Capabilities, Held, Subject, law_13_outages_are_typed_and_recovered_from as law_13,
};
use pericarp::{Expected, Position};
use pericarp_tests::{Ballast, chain, commit_of, commit_to};
use rusqlite::Connection;

/// Where the process that a test started finds its folder.
const FOLDER: &str = "PERICARP_TEST_DISK";

/// Runs `test` of this binary on a disk of 64 MiB, unless this is that run: then returns the disk.
fn small_disk(test: &str) -> Option<PathBuf> {
    in_a_process_of_its_own(test, |folder, program| {
        let root = std::fs::metadata("/proc/self").map_or(1, |me| me.uid()) == 0;
        let mut command = Command::new("unshare");
        command.args(if root {
            &["--mount"][..]
        } else {
            &["--map-root-user", "--mount"]
        });
        let script = r#"mount -t tmpfs -o size=64m small-disk "$1" && shift && exec "$@""#;
        command
            .args(["sh", "-c", script, "sh"])
            .arg(folder)
            .arg(program);
        command
    })
}

/// Runs `test` of this binary where a write beyond the limit on file sizes is an error and does
/// not kill, unless this is that run.
fn limited_files(test: &str) -> Option<PathBuf> {
    in_a_process_of_its_own(test, |_, program| {
        let mut command = Command::new("sh");
        command
            .args(["-c", r#"trap '' XFSZ && exec "$@""#, "sh"])
            .arg(program);
        command
    })
}

fn in_a_process_of_its_own(
    test: &str,
    command: impl FnOnce(&Path, &Path) -> Command,
) -> Option<PathBuf> {
    if let Some(folder) = env::var_os(FOLDER) {
        return Some(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture"])
        .env(FOLDER, folder.path());
    let output = command.output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    println!("{out}");
    assert!(
        output.status.success() && out.contains("1 passed"),
        "{command:?} failed; a small disk needs root, or user namespaces \
         (sysctl kernel.unprivileged_userns_clone=1, or on Ubuntu \
         kernel.apparmor_restrict_unprivileged_userns=0):\n{out}\n{err}"
    );
    None
}

/// Forbids files of more than so many bytes until it is dropped.
struct FileSizeLimit;

impl FileSizeLimit {
    fn set(bytes: u64) -> Self {
        Self::prlimit(&bytes.to_string());
        Self
    }

    fn prlimit(soft: &str) {
        let status = Command::new("prlimit")
            .args([
                "--pid",
                &std::process::id().to_string(),
                &format!("--fsize={soft}:"),
            ])
            .status()
            .expect("prlimit, of util-linux");
        assert!(status.success());
    }
}

impl Drop for FileSizeLimit {
    fn drop(&mut self) {
        Self::prlimit("unlimited");
    }
}

/// SQLite logs in a folder whose disk fails on demand.
struct OnDisk {
    folder: PathBuf,
    logs: AtomicUsize,
    cache_kib: u32,
    fail: fn(&Path) -> Held,
}

impl OnDisk {
    fn new(folder: PathBuf, cache_kib: u32, fail: fn(&Path) -> Held) -> Self {
        Self {
            folder,
            logs: AtomicUsize::new(0),
            cache_kib,
            fail,
        }
    }
}

impl Subject for OnDisk {
    type Store = SqliteStore;
    type Log = PathBuf;

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            persistent: true,
            outages: true,
            ..Capabilities::NONE
        }
    }

    async fn empty_log(&self) -> PathBuf {
        self.folder.join(format!(
            "log-{}.db",
            self.logs.fetch_add(1, Ordering::Relaxed)
        ))
    }

    async fn open(&self, log: &PathBuf) -> Result<SqliteStore, OpenError> {
        SqliteStore::open_with(SqliteOptions::new(log).cache_kib(self.cache_kib)).await
    }

    async fn break_storage(&self, log: &PathBuf) -> Option<Held> {
        Some((self.fail)(log))
    }
}

fn fill_disk(log: &Path) -> Held {
    Box::new(Ballast::fill(log.parent().unwrap()))
}

/// No file may grow much beyond what the write-ahead log has now.
fn stop_growth(log: &Path) -> Held {
    let wal = log.with_extension("db-wal");
    Box::new(FileSizeLimit::set(
        wal.metadata().unwrap().len() + (300 << 10),
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_13_on_a_full_disk() {
    if let Some(folder) = small_disk("disk::law_13_on_a_full_disk") {
        law_13(&OnDisk::new(folder, 16 << 10, fill_disk)).await;
    }
}

/// With a cache this small, transactions reach the disk before they commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_13_on_a_full_disk_in_mid_transaction() {
    if let Some(folder) = small_disk("disk::law_13_on_a_full_disk_in_mid_transaction") {
        law_13(&OnDisk::new(folder, 64, fill_disk)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_13_where_files_may_not_grow() {
    if let Some(folder) = limited_files("disk::law_13_where_files_may_not_grow") {
        law_13(&OnDisk::new(folder, 16 << 10, stop_growth)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_13_where_files_may_not_grow_in_mid_transaction() {
    if let Some(folder) = limited_files("disk::law_13_where_files_may_not_grow_in_mid_transaction")
    {
        law_13(&OnDisk::new(folder, 64, stop_growth)).await;
    }
}

/// A commit that fails as it is written may have reached the disk all the same.
#[tokio::test]
async fn an_input_output_error_at_the_commit_leaves_the_outcome_unknown() {
    let test = "disk::an_input_output_error_at_the_commit_leaves_the_outcome_unknown";
    let Some(folder) = limited_files(test) else {
        return;
    };
    let path = folder.join("log.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let large = format!("\"{}\"", "x".repeat(1 << 20));
    let commit = commit_of("a", Expected::NoStream, 1, &large);
    let limit = stop_growth(&path);
    match store.append(commit.clone()).await {
        Err(AppendError::OutcomeUnknown { id, source }) => {
            assert_eq!(id, commit.id());
            assert!(
                chain(&*source).contains("disk I/O error"),
                "{}",
                chain(&*source)
            );
        }
        outcome => panic!("{outcome:?}"),
    }
    drop(limit);
    assert_eq!(store.append(commit).await.unwrap().last, Position::new(1));
}

/// A batch that failed in its middle left the commits behind it without an answer, which their
/// callers were told as an unknown outcome; and a commit in conflict with one before it was told
/// a version that the log never had.
#[tokio::test]
async fn a_batch_that_fails_in_its_middle_answers_everybody() {
    let test = "disk::a_batch_that_fails_in_its_middle_answers_everybody";
    let Some(folder) = small_disk(test) else {
        return;
    };
    let path = folder.join("log.db");
    let options = SqliteOptions::new(&path).cache_kib(64);
    let store = SqliteStore::open_with(options).await.unwrap();
    let stored = commit_to("stored", Expected::NoStream, 1);
    let answer = store.append(stored.clone()).await.unwrap();

    let ballast = Ballast::fill(&folder);
    let lock = Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let large = format!("\"{}\"", "x".repeat(1 << 20));
    let commits = [
        stored,
        commit_to("a", Expected::NoStream, 1),
        commit_to("a", Expected::NoStream, 1),
        commit_of("b", Expected::NoStream, 5, &large),
        commit_to("c", Expected::NoStream, 2),
    ];
    let mut appends = Vec::new();
    for commit in &commits {
        let mut append = Box::pin(store.append(commit.clone()));
        assert!(futures::poll!(append.as_mut()).is_pending());
        appends.push(append);
    }
    drop(lock);
    let mut outcomes = Vec::new();
    for append in appends {
        outcomes.push(append.await);
    }
    assert_eq!(outcomes.remove(0).unwrap(), answer, "it was stored before");
    for outcome in outcomes {
        match outcome {
            Err(AppendError::Failed { source }) => println!("{}", chain(&*source)),
            outcome => panic!("{outcome:?}"),
        }
    }
    assert_eq!(store.head().await.unwrap(), Position::new(1));

    drop(ballast);
    for commit in [&commits[1], &commits[3], &commits[4]] {
        store.append(commit.clone()).await.unwrap();
    }
    assert_eq!(store.head().await.unwrap(), Position::new(9));
}
