use std::fs::{self, Permissions};
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, Executor};
use tempfile::TempDir;

use super::cluster::{Cluster, PATIENCE};
use super::options::{Kept, Options};
use super::server::{Server, connect};
use crate::Ballast;

const GUARD: &str = include_str!("guard.sh");

/// How a server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Ends all sessions, and writes everything down.
    Fast,
    /// Ends at once. The next start recovers.
    Immediate,
}

/// A server of one's own, to be stopped, killed, filled up or configured. It is a [`Server`] too.
///
/// It ends with this value, also in a panic, and when this process is killed.
#[derive(Debug)]
pub struct OwnServer {
    server: Server,
    cluster: Cluster,
    process: Mutex<Option<Child>>,
    guard: Child,
    _folder: TempDir,
}

impl OwnServer {
    pub(super) async fn start_with(options: Options) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pericarp-pg-")
            .permissions(Permissions::from_mode(0o711))
            .tempdir()
            .unwrap();
        let guard = Command::new("sh")
            .args(["-c", GUARD, "pericarp-guard"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut cluster = Cluster::create(folder.path().join("own"), &options);
        let process = if options.tcp {
            cluster.start_on_a_free_port(&options)
        } else {
            cluster.start()
        };
        let mut server = Server::at(cluster.url());
        if options.tcp {
            server = server.seen_at(&format!("127.0.0.1:{}", cluster.port()));
        }
        if let Some((Kept::Tablespace, _)) = options.disk {
            let place = cluster.folder().join("disk");
            let sql = format!("CREATE TABLESPACE small LOCATION '{}'", place.display());
            let mut connection = connect(&cluster.url()).await;
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
            server = server.with_databases("TABLESPACE small");
        }
        Self {
            server,
            cluster,
            process: Mutex::new(Some(process)),
            guard,
            _folder: folder,
        }
    }

    /// Stops the server, and waits until it has.
    pub fn stop(&self, mode: Mode) {
        if let Some(process) = self.process().take() {
            stop(process, mode);
        }
    }

    /// Starts the server again, at the same URL, and waits until it serves.
    pub fn start(&self) {
        let mut process = self.process();
        if process.is_none() {
            *process = Some(self.cluster.start());
        }
    }

    /// Stops and starts.
    pub fn restart(&self, mode: Mode) {
        self.stop(mode);
        self.start();
    }

    /// Kills all of its processes with SIGKILL.
    pub fn kill(&self) {
        if let Some(mut process) = self.process().take() {
            let postmaster = Pid::from_child(&process);
            // It would send others in place of those that are killed.
            kill_process(postmaster, Signal::STOP).unwrap();
            for child in children(&process) {
                // One that has ended by itself is what is wanted.
                let _ = kill_process(child, Signal::KILL);
            }
            kill_process(postmaster, Signal::KILL).unwrap();
            process.wait().unwrap();
            // The number may soon be that of another process.
            fs::remove_file(self.cluster.folder().join("pid")).unwrap();
        }
    }

    /// Fills its small disk until the ballast is dropped.
    pub fn fill_disk(&self) -> Ballast {
        let disk = self.cluster.disk();
        disk.expect("a server with a small disk").fill()
    }

    /// The certificate that vouches for that of the server, for `sslrootcert`. Only with
    /// [`Options::tls`].
    pub fn authority(&self) -> PathBuf {
        self.cluster.folder().join("authority.crt")
    }

    /// All that the server has said in its log.
    pub fn log(&self) -> String {
        self.cluster.log()
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for OwnServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.stop(Mode::Immediate);
        // Then it removes the folder.
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

fn stop(mut process: Child, mode: Mode) {
    let signal = match mode {
        Mode::Fast => Signal::INT,
        Mode::Immediate => Signal::QUIT,
    };
    // One that has ended by itself is what is wanted.
    let _ = kill_process(Pid::from_child(&process), signal);
    let asked = Instant::now();
    while matches!(process.try_wait(), Ok(None)) {
        if asked.elapsed() > PATIENCE {
            eprintln!("postgres does not stop, and is killed");
            let _ = process.kill();
            let _ = process.wait();
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// The processes that `process` has started.
fn children(process: &Child) -> Vec<Pid> {
    let id = process.id();
    let path = format!("/proc/{id}/task/{id}/children");
    let list = fs::read_to_string(path).expect("children of a process, as Linux lists them");
    list.split_whitespace()
        .filter_map(|id| Pid::from_raw(id.parse().ok()?))
        .collect()
}
