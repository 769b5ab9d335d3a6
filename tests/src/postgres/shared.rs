use std::fs::{DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use uuid::Uuid;

use super::cluster::{Cluster, NO_PORT, PATIENCE};
use super::options::Options;
use super::probe::{Answer, probe};
use super::server::Server;
use super::url::Url;

const WATCHDOG: &str = include_str!("watchdog.sh");

/// A use of a server that many processes share. It stops some time after the last use ended,
/// however that process ended.
///
/// In the folder are
/// - `lock`, held by whoever joins, starts or clears away;
/// - `users`, a lock shared by all who use the server, for as long as they live;
/// - `watchdog`, held by the one that waits for `users` to be free;
/// - `current`, the name of the server's folder beside it. Each start has a folder of its own, so
///   what is left of a start that was killed is in nobody's way.
#[derive(Debug)]
pub struct Shared {
    server: Server,
    _users: File,
}

impl Shared {
    /// Joins the users of the server in `folder`, and starts it if it does not run. Once nobody has
    /// used it for so many seconds, it is stopped and `folder` is removed.
    pub fn join(folder: &Path, grace: u32) -> Self {
        loop {
            // The folder is cleared away under those who wait for its lock.
            if let Some(shared) = Self::try_join(folder, grace) {
                return shared;
            }
        }
    }

    /// The server.
    pub fn server(&self) -> Server {
        self.server.clone()
    }

    fn try_join(folder: &Path, grace: u32) -> Option<Self> {
        make(folder);
        let lock = open(&folder.join("lock"))?;
        lock.lock().unwrap();
        let path = folder.join("lock").metadata().ok()?;
        let here = lock.metadata().unwrap();
        if (path.dev(), path.ino()) != (here.dev(), here.ino()) {
            return None;
        }
        let users = open(&folder.join("users"))?;
        users.lock_shared().unwrap();
        // Users so brief that the watchdog never meets one are seen by this.
        users.set_modified(SystemTime::now()).unwrap();
        watch(folder, grace);
        let url = running(folder).unwrap_or_else(|| start(folder));
        Some(Self {
            server: Server::at(url),
            _users: users,
        })
    }
}

fn make(folder: &Path) {
    if let Err(error) = DirBuilder::new().mode(0o711).create(folder) {
        assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    }
    // A folder with a name that can be guessed may be somebody else's.
    if let Ok(metadata) = folder.symlink_metadata() {
        assert!(
            metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw(),
            "{} is not this user's folder",
            folder.display()
        );
    }
}

/// Nothing, if the folder has gone.
fn open(path: &Path) -> Option<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    match file {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        file => Some(file.unwrap()),
    }
}

/// Starts a watchdog, unless there is one.
#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn watch(folder: &Path, grace: u32) {
    if open(&folder.join("watchdog")).is_none_or(|free| free.try_lock().is_err()) {
        return;
    }
    // One that was started this very moment has not taken the lock yet. Then the second ends.
    Command::new("flock")
        .args(["-n", "watchdog", "sh", "-c", WATCHDOG, "pericarp-watchdog"])
        .arg(folder)
        .arg(grace.to_string())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("flock, of util-linux");
}

/// The server in `folder`, if it runs.
fn running(folder: &Path) -> Option<Url> {
    let name = std::fs::read_to_string(folder.join("current")).ok()?;
    let server = folder.join(name);
    let socket = Cluster::socket_in(&server, NO_PORT);
    let started = Instant::now();
    loop {
        match probe(&socket) {
            Answer::Ready => return Some(Url::of_socket(&server, NO_PORT)),
            Answer::Nobody => return None,
            Answer::NotNow => assert!(
                started.elapsed() < PATIENCE,
                "the server in {} is there, but does not answer: end it, and remove the folder",
                server.display()
            ),
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Starts a server in place of what is left of others.
#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn start(folder: &Path) -> Url {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            // Remains that cannot be removed now go with the folder.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let name = &Uuid::now_v7().simple().to_string()[20..];
    let cluster = Cluster::create(folder.join(name), &Options::new());
    cluster.start();
    std::fs::write(folder.join("next"), name).unwrap();
    std::fs::rename(folder.join("next"), folder.join("current")).unwrap();
    cluster.url()
}
