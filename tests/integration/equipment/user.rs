use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::wait_until;

/// Another process that uses a server, until it is dropped.
pub(super) struct User {
    process: Child,
}

impl User {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postgres_user"));
        command.args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let process = command.spawn().unwrap();
        Self { process }
    }

    /// Waits until it has the server, and returns its URL.
    pub(super) fn url(&mut self) -> String {
        let mut line = String::new();
        let mut output = BufReader::new(self.process.stdout.as_mut().unwrap());
        output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    pub(super) fn kill(mut self) {
        self.process.kill().unwrap();
    }
}

impl Drop for User {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

pub(super) fn runs(process: &str) -> bool {
    // A process that has ended, but whose parent has not noticed, has no command line.
    fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty())
}

pub(super) fn kill(processes: &[String]) {
    let status = Command::new("sh")
        .args(["-c", r#"kill -9 "$@""#, "sh"])
        .args(processes)
        .status();
    assert!(status.unwrap().success());
    for process in processes {
        wait_until("a killed process ends", || !runs(process));
    }
}
