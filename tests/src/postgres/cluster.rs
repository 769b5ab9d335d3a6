use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::account::Account;
use super::binaries::Binaries;
use super::probe::{Answer, probe};
use super::url::Url;

/// How long a server may take to start, to stop or to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// Nothing here survives a power cut, and nothing has to: it is thrown away.
const SETTINGS: &str = "\
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_connections = 500
shared_buffers = 64MB
lc_messages = 'C'
";

/// Whoever may enter the folder of the socket is let in.
const ACCESS: &str = "local all all trust\n";

/// A server's files, in a folder of its own, which holds its socket too.
///
/// A socket needs no free port, is the same after a restart, and lets nobody in who could not
/// read the files.
#[derive(Debug)]
pub(super) struct Cluster {
    folder: PathBuf,
    port: u16,
    binaries: Binaries,
    account: Account,
}

impl Cluster {
    /// Makes `folder`, and a server's files in it.
    pub(super) fn create(folder: PathBuf) -> Self {
        let cluster = Self {
            folder,
            port: 5432,
            binaries: Binaries::find(),
            account: Account::choose(),
        };
        let socket = cluster.socket();
        assert!(
            socket.as_os_str().len() < 104,
            "{} is too long for a socket: set TMPDIR to a shorter path",
            socket.display()
        );
        let folder = &cluster.folder;
        DirBuilder::new().mode(0o700).create(folder).unwrap();
        cluster.account.own(folder);
        cluster.initdb();
        std::fs::write(folder.join("postgresql.conf"), cluster.settings()).unwrap();
        std::fs::write(folder.join("pg_hba.conf"), ACCESS).unwrap();
        cluster
    }

    /// Starts the server, and waits until it serves.
    pub(super) fn start(&self) -> Child {
        let mut child = self.spawn();
        let started = Instant::now();
        loop {
            if probe(&self.socket()) == Answer::Ready {
                return child;
            }
            if let Some(status) = child.try_wait().unwrap() {
                panic!(
                    "postgres ended, {status}, before it served. Its log:\n{}",
                    self.log()
                );
            }
            assert!(
                started.elapsed() < PATIENCE,
                "postgres does not answer. Its log:\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// A superuser's URL.
    pub(super) fn url(&self) -> Url {
        Url::of_socket(&self.folder, self.port)
    }

    /// Where the server of the files in `folder` listens.
    pub(super) fn socket_in(folder: &Path, port: u16) -> PathBuf {
        folder.join(format!(".s.PGSQL.{port}"))
    }

    fn socket(&self) -> PathBuf {
        Self::socket_in(&self.folder, self.port)
    }

    fn initdb(&self) {
        let mut command = self.command(&self.binaries.initdb());
        command
            .args(["--no-sync", "--auth=trust", "--username=postgres"])
            .args(["--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(self.folder.join("data"));
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{command:?} failed as {:?}, {}:\n{}{}",
            self.account,
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn settings(&self) -> String {
        let folder = self.folder.to_str().unwrap();
        format!(
            "{SETTINGS}\
             port = {}\n\
             listen_addresses = ''\n\
             unix_socket_directories = '{folder}'\n\
             hba_file = '{folder}/pg_hba.conf'\n\
             external_pid_file = '{folder}/pid'\n",
            self.port
        )
    }

    fn spawn(&self) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))
            .unwrap();
        let mut command = self.command(&self.binaries.postgres());
        command
            .arg("-D")
            .arg(self.folder.join("data"))
            .arg("-c")
            .arg(format!(
                "config_file={}/postgresql.conf",
                self.folder.display()
            ))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            // An interrupt of the tests at the terminal is not for the server.
            .process_group(0);
        command.spawn().unwrap()
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = self.account.command(program);
        command.current_dir(&self.folder).env("LC_ALL", "C");
        command
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}
