use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::account::Account;
use super::binaries::Binaries;
use super::certificate;
use super::options::{Kept, Options};
use super::probe::{Answer, probe};
use super::small_disk::SmallDisk;
use super::url::Url;

/// How long a server may take to start, to stop or to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// The port of a server that listens on no port: only a part of its socket's name.
pub(super) const NO_PORT: u16 = 5432;

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

/// A server's files, in a folder of its own, which holds its socket too.
///
/// A socket needs no free port, is the same after a restart, and lets nobody in who could not
/// read the files.
#[derive(Debug)]
pub(super) struct Cluster {
    folder: PathBuf,
    data: PathBuf,
    port: u16,
    binaries: Binaries,
    account: Account,
    disk: Option<SmallDisk>,
}

impl Cluster {
    /// Makes `folder`, and a server's files in it.
    pub(super) fn create(folder: PathBuf, options: &Options) -> Self {
        let mut cluster = Self {
            data: folder.join("data"),
            folder,
            port: NO_PORT,
            binaries: Binaries::find(),
            account: Account::choose(),
            disk: None,
        };
        let socket = cluster.socket();
        assert!(
            socket.as_os_str().len() < 103,
            "{} is too long for a socket: set TMPDIR to a shorter path",
            socket.display()
        );
        cluster.folder_of_the_account(&cluster.folder);
        if let Some((kept, mebibytes)) = options.disk {
            let disk = cluster.folder.join("disk");
            cluster.folder_of_the_account(&disk);
            if kept == Kept::Data {
                cluster.data = disk.join("data");
            }
            cluster.disk = Some(SmallDisk::mount(disk, mebibytes, cluster.account));
        }
        cluster.initdb();
        if options.tls {
            certificate::write(&cluster.folder, cluster.account);
        }
        cluster.write_access(options);
        cluster.write_settings(options);
        cluster
    }

    /// Starts the server, and waits until it serves.
    pub(super) fn start(&self) -> Child {
        self.try_start().unwrap_or_else(|log| {
            panic!("postgres ended before it served. Its log:\n{log}");
        })
    }

    /// Starts the server on a port that is free now. Once it is stopped the port may be another's,
    /// but hardly is: it is not among those that clients are given.
    pub(super) fn start_on_a_free_port(&mut self, options: &Options) -> Child {
        loop {
            self.port = crate::free_port();
            self.write_settings(options);
            match self.try_start() {
                Ok(child) => return child,
                Err(log) => assert!(
                    log.contains("could not create any TCP/IP sockets"),
                    "postgres ended before it served. Its log:\n{log}"
                ),
            }
        }
    }

    /// A superuser's URL, on the socket.
    pub(super) fn url(&self) -> Url {
        Url::of_socket(&self.folder, self.port)
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) const fn disk(&self) -> Option<&SmallDisk> {
        self.disk.as_ref()
    }

    /// Where the server of the files in `folder` listens.
    pub(super) fn socket_in(folder: &Path, port: u16) -> PathBuf {
        folder.join(format!(".s.PGSQL.{port}"))
    }

    /// All that the server said so far.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn socket(&self) -> PathBuf {
        Self::socket_in(&self.folder, self.port)
    }

    fn folder_of_the_account(&self, folder: &Path) {
        DirBuilder::new().mode(0o700).create(folder).unwrap();
        self.account.own(folder);
    }

    fn initdb(&self) {
        let mut command = self.command(&self.binaries.initdb());
        command
            .args(["--no-sync", "--auth=trust", "--username=postgres"])
            .args(["--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(&self.data);
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

    /// Whoever may enter the folder of the socket is let in.
    fn write_access(&self, options: &Options) {
        let mut text = String::from("local all all trust\n");
        if options.access.is_empty() {
            text.push_str("host all all 127.0.0.1/32 trust\n");
        }
        for line in &options.access {
            text.push_str(line);
            text.push('\n');
        }
        fs::write(self.folder.join("pg_hba.conf"), text).unwrap();
    }

    fn write_settings(&self, options: &Options) {
        let folder = self.folder.to_str().unwrap();
        let mut text = format!(
            "{SETTINGS}\
             port = {}\n\
             listen_addresses = '{}'\n\
             unix_socket_directories = '{folder}'\n\
             hba_file = '{folder}/pg_hba.conf'\n\
             external_pid_file = '{folder}/pid'\n",
            self.port,
            if options.tcp { "127.0.0.1" } else { "" },
        );
        if options.tls {
            text.push_str(&format!(
                "ssl = on\n\
                 ssl_cert_file = '{folder}/server.crt'\n\
                 ssl_key_file = '{folder}/server.key'\n"
            ));
        }
        for line in &options.settings {
            text.push_str(line);
            text.push('\n');
        }
        fs::write(self.folder.join("postgresql.conf"), text).unwrap();
    }

    /// The log of this attempt, if the server ended.
    fn try_start(&self) -> Result<Child, String> {
        let before = self.log().len();
        let started = Instant::now();
        let mut child = self.spawn();
        while probe(&self.socket()) != Answer::Ready {
            if child.try_wait().unwrap().is_some() {
                let log = self.log().split_off(before);
                // Processes of a server that was killed are about to end.
                if !log.contains("is still in use") {
                    return Err(log);
                }
                child = self.spawn();
            }
            assert!(
                started.elapsed() < PATIENCE,
                "postgres does not answer. Its log:\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(5));
        }
        Ok(child)
    }

    fn spawn(&self) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))
            .unwrap();
        let mut command = self.command(&self.binaries.postgres());
        command.arg("-D").arg(&self.data).arg("-c").arg(format!(
            "config_file={}/postgresql.conf",
            self.folder.display()
        ));
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            // An interrupt of the tests at the terminal is not for the server.
            .process_group(0);
        command.spawn().unwrap()
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = match &self.disk {
            None => self.account.command(program),
            Some(disk) => disk.command(program),
        };
        command.current_dir("/").env("LC_ALL", "C");
        command
    }
}
