use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::check::ok;

/// Another process that plays a role, as the law that started it sees it. It ends with its owner.
pub(super) struct Peer {
    law: &'static str,
    process: Child,
    input: Option<ChildStdin>,
    output: Option<BufReader<ChildStdout>>,
}

impl Peer {
    pub(super) fn start(law: &'static str, mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = ok(law, "start a process", command.spawn());
        Self {
            law,
            input: process.stdin.take(),
            output: process.stdout.take().map(BufReader::new),
            process,
        }
    }

    /// Writes a line to its standard input.
    pub(super) fn tell(&mut self, line: &str) {
        if let Some(input) = &mut self.input {
            let told = writeln!(input, "{line}").and_then(|()| input.flush());
            ok(self.law, "tell a process", told);
        }
    }

    /// Reads a whole line from its standard output; `None` if it ended before it wrote one.
    pub(super) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let output = self.output.as_mut()?;
        ok(self.law, "hear a process", output.read_line(&mut line));
        line.strip_suffix('\n').map(str::to_owned)
    }

    /// Reads a line that must come.
    #[track_caller]
    pub(super) fn answer(&mut self) -> String {
        match self.line() {
            Some(line) => line,
            None => panic!(
                "{}: a process ended early: {:?}",
                self.law,
                self.process.wait()
            ),
        }
    }

    /// `kill -9`. What it wrote before can still be read.
    pub(super) fn kill(&mut self) {
        ok(self.law, "kill a process", self.process.kill());
        ok(self.law, "wait for a process", self.process.wait());
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Both fail if it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
