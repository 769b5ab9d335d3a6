use std::env;
use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::connection::Fault;

/// The first argument that makes this program a storefront.
pub(crate) const STOREFRONT: &str = "storefront";

/// What a storefront says when it can be called.
const LISTENING: &str = "listening at http://";

/// A storefront that is started by this program, from the same file.
pub(crate) struct Spawned {
    child: Child,
    address: SocketAddr,
    /// Where its log is, if it was not told where.
    _folder: TempDir,
}

impl Spawned {
    pub(crate) fn start(told: &[String]) -> Result<Self, Fault> {
        let folder = TempDir::with_prefix("storefront-")?;
        let mut command = Command::new(env::current_exe()?);
        command.arg(STOREFRONT).args(["--listen", "127.0.0.1:0"]);
        let is_place =
            |argument: &str| argument.starts_with("--db") || argument.starts_with("--postgres");
        if !told.iter().any(|argument| is_place(argument)) {
            command.arg("--db").arg(folder.path().join("storefront.db"));
        }
        let mut child = command.args(told).stdout(Stdio::piped()).spawn()?;
        let address = listening(&mut child)?;
        Ok(Self {
            child,
            address,
            _folder: folder,
        })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Tells it to leave, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<(), Fault> {
        let pid = i32::try_from(self.child.id())?;
        let pid = Pid::from_raw(pid).ok_or("a process without a number")?;
        kill_process(pid, Signal::TERM)?;
        let status = self.child.wait()?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("the storefront ended with {status}").into()),
        }
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        // It has ended already, unless something went wrong.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listening(child: &mut Child) -> Result<SocketAddr, Fault> {
    let output = child.stdout.take().ok_or("the storefront has no output")?;
    let mut output = BufReader::new(output);
    let mut line = String::new();
    output.read_line(&mut line)?;
    let address = line.trim().strip_prefix(LISTENING);
    let address = address.ok_or("the storefront did not start; it says why above")?;
    // It would wait for somebody to read what it says.
    thread::spawn(move || io::copy(&mut output, &mut io::sink()));
    Ok(address.parse()?)
}
