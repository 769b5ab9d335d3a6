//! A Redis for the tests, started by them on a free port and gone when they are.

use std::env;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::free_port;

/// The URL of a server that is there already, for tests that do not stop it.
const GIVEN: &str = "PERICARP_TEST_REDIS";

/// What the server says once it can be asked.
const READY: &str = "Ready to accept connections";

/// Says which process the server is, and kills it when nobody holds the other end of the pipe any
/// more, however he ended.
const GUARD: &str = "\"$@\" 2>&1 & echo $!; exec >/dev/null; read -r _; kill -KILL $!; wait";

/// A server of one's own, to be stopped and started. What it has is gone when it stops.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    folder: TempDir,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    guard: Child,
    server: Pid,
}

impl RedisServer {
    /// The URL of a server for a test that does not stop it: the one at `PERICARP_TEST_REDIS`, or
    /// else one that is started, and lives as long as what comes with the URL. Keys on it should
    /// begin with something of one's own.
    pub fn any() -> (String, Option<Self>) {
        match env::var(GIVEN).ok().filter(|url| !url.is_empty()) {
            Some(url) => (url, None),
            None => {
                let server = Self::start();
                (server.url(), Some(server))
            }
        }
    }

    /// Starts a server.
    ///
    /// # Panics
    ///
    /// There is no Redis on this machine. The message says how to come by one.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("pericarp-redis-").tempdir();
        let mut server = Self {
            port: free_port(),
            folder: folder.unwrap(),
            running: None,
        };
        server.start_again();
        server
    }

    /// Its URL, which stays the same.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Starts it once it has been killed, at the same port, with nothing in it.
    pub fn start_again(&mut self) {
        let port = self.port.to_string();
        let mut guard = Command::new("sh")
            .args([
                "-c",
                GUARD,
                "pericarp-guard",
                "redis-server",
                "--port",
                &port,
            ])
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .arg("--dir")
            .arg(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(guard.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let server = Pid::from_raw(line.trim().parse().unwrap()).unwrap();
        self.running = Some(Running { guard, server });
        while !line.contains(READY) {
            line.clear();
            let length = said.read_line(&mut line).unwrap();
            assert!(
                length > 0,
                "redis-server does not start: install it (apt-get install redis-server, \
                 brew install redis), or let {GIVEN} be the URL of one"
            );
        }
        // It would wait for somebody to read what it says.
        thread::spawn(move || io::copy(&mut said, &mut io::sink()));
    }

    /// Kills it.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.end();
        }
    }

    /// It answers nothing until it goes on, and its connections stay.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// It goes on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let running = self.running.as_ref().expect("it runs");
        kill_process(running.server, signal).unwrap();
    }
}

impl Running {
    fn end(mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
