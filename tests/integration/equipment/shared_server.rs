//! Processes that share a server, and do not know of each other.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;

use sqlx::{Connection, PgConnection, query_scalar};
use tempfile::TempDir;

use super::user::{User, kill, runs};
use super::wait_until;

/// The folder of a server, of which nothing is left in the end.
struct Folder {
    parent: TempDir,
}

impl Folder {
    fn new() -> Self {
        let parent = tempfile::Builder::new().prefix("pg-").tempdir().unwrap();
        // The account that runs the server passes through.
        Command::new("chmod")
            .arg("711")
            .arg(parent.path())
            .status()
            .unwrap();
        Self { parent }
    }

    fn path(&self) -> PathBuf {
        self.parent.path().join("shared")
    }

    fn user(&self) -> User {
        self.user_with_grace("1")
    }

    fn user_with_grace(&self, seconds: &str) -> User {
        User::start(&["shared", self.path().to_str().unwrap(), seconds])
    }

    /// The server that runs now.
    fn postmaster(&self) -> String {
        let name = fs::read_to_string(self.path().join("current")).unwrap();
        let file = self.path().join(name).join("data/postmaster.pid");
        let text = fs::read_to_string(file).unwrap();
        text.lines().next().unwrap().to_owned()
    }

    /// The watchdogs that run now.
    fn watchdogs(&self) -> Vec<String> {
        let folder = self.path();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let found = processes.filter_map(|process| {
            let name = process.file_name().into_string().unwrap();
            let line = fs::read(process.path().join("cmdline")).ok()?;
            let line = String::from_utf8_lossy(&line).into_owned();
            let here = line.contains(folder.to_str().unwrap());
            (here && line.contains("pericarp-watchdog")).then_some(name)
        });
        found.collect()
    }

    /// The second in which the watchdog last found a user.
    fn last_look(&self) -> i64 {
        fs::metadata(self.path().join("seen")).map_or(i64::MAX, |seen| seen.ctime())
    }

    /// Waits until the server has stopped, and nothing is left of it.
    fn wait_until_cleared(self, postmaster: &str) {
        wait_until("the folder is empty", || {
            fs::read_dir(self.parent.path()).unwrap().next().is_none()
        });
        wait_until("the watchdogs are gone", || self.watchdogs().is_empty());
        wait_until("the server is gone", || !runs(postmaster));
    }
}

/// When the server at `url` was started, which tells servers apart.
fn started_at(url: &str) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        query_scalar("SELECT pg_postmaster_start_time()::text")
            .fetch_one(&mut connection)
            .await
            .unwrap()
    })
}

#[test]
fn processes_that_start_at_once_share_one_server_which_goes_with_the_last() {
    let folder = Folder::new();
    let mut users: Vec<_> = (0..4).map(|_| folder.user()).collect();
    let urls: Vec<_> = users.iter_mut().map(User::url).collect();
    let starts: Vec<_> = urls.iter().map(|url| started_at(url)).collect();
    assert!(starts.iter().all(|start| *start == starts[0]), "{starts:?}");
    let postmaster = folder.postmaster();

    // Two end, one is killed: the server stays for the last, whatever time passes.
    let last = users.pop().unwrap();
    users.pop().unwrap().kill();
    drop(users);
    wait_until("the watchdog has looked", || folder.last_look() < i64::MAX);
    let before = folder.last_look();
    wait_until("the watchdog has looked for longer than its grace", || {
        folder.last_look() > before + 3
    });
    assert_eq!(started_at(&urls[0]), starts[0]);
    drop(last);
    folder.wait_until_cleared(&postmaster);
}

/// Joins a folder that is being cleared away, over and over.
#[test]
fn a_user_who_comes_as_the_server_goes_has_a_server() {
    let folder = Folder::new();
    let mut postmaster = String::new();
    for _ in 0..3 {
        let mut user = folder.user_with_grace("0");
        let url = user.url();
        started_at(&url);
        postmaster = folder.postmaster();
        drop(user);
        let server = folder.path().join("current");
        wait_until("the server goes", || !server.exists());
    }
    folder.wait_until_cleared(&postmaster);
}

#[test]
fn a_server_that_was_killed_is_started_anew() {
    let folder = Folder::new();
    let mut first = folder.user();
    let start = started_at(&first.url());
    kill(&[folder.postmaster()]);
    let mut second = folder.user();
    assert_ne!(started_at(&second.url()), start);
    let postmaster = folder.postmaster();
    drop((first, second));
    folder.wait_until_cleared(&postmaster);
}

#[test]
fn a_watchdog_that_was_killed_is_replaced() {
    let folder = Folder::new();
    let mut first = folder.user();
    first.url();
    wait_until("there is a watchdog", || !folder.watchdogs().is_empty());
    let killed = folder.watchdogs();
    kill(&killed);
    let free = || {
        let file = fs::File::open(folder.path().join("watchdog")).unwrap();
        file.try_lock().is_ok()
    };
    wait_until("its last child has ended", free);
    let mut second = folder.user();
    second.url();
    let postmaster = folder.postmaster();
    drop((first, second));
    folder.wait_until_cleared(&postmaster);
}

/// After a power cut: everything is there, and nothing runs.
#[test]
fn what_an_earlier_boot_left_is_in_nobodys_way() {
    let folder = Folder::new();
    let old = folder.path().join("old");
    fs::create_dir_all(old.join("data")).unwrap();
    fs::write(folder.path().join("current"), "old").unwrap();
    // The number belongs to another process now, which must not be harmed.
    fs::write(
        old.join("data/postmaster.pid"),
        std::process::id().to_string(),
    )
    .unwrap();
    for file in ["lock", "users", "watchdog"] {
        fs::write(folder.path().join(file), "").unwrap();
    }
    let mut user = folder.user();
    started_at(&user.url());
    let postmaster = folder.postmaster();
    assert!(!old.exists());
    drop(user);
    folder.wait_until_cleared(&postmaster);
}

/// A start that was killed in its middle leaves half a server, and a watchdog.
#[test]
fn a_start_that_was_killed_is_begun_again() {
    let folder = Folder::new();
    let first = folder.user();
    wait_until("the server is being made", || {
        let entries = fs::read_dir(folder.path()).into_iter().flatten().flatten();
        entries
            .into_iter()
            .any(|entry| entry.path().join("data").exists())
    });
    first.kill();
    let mut second = folder.user();
    started_at(&second.url());
    let postmaster = folder.postmaster();
    drop(second);
    folder.wait_until_cleared(&postmaster);
}
