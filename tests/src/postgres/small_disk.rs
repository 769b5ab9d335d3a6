use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::account::Account;
use crate::Ballast;

const HINT: &str = "a small disk needs unshare, nsenter and setpriv of util-linux, and root or user \
    namespaces (sysctl kernel.unprivileged_userns_clone=1, or on Ubuntu \
    kernel.apparmor_restrict_unprivileged_userns=0)";

/// A small disk over a folder, seen only by processes that enter it.
///
/// It is mounted in a namespace, which a process keeps alive until its input ends.
#[derive(Debug)]
pub(super) struct SmallDisk {
    keeper: Child,
    folder: PathBuf,
    account: Account,
}

impl SmallDisk {
    pub(super) fn mount(folder: PathBuf, mebibytes: u32, account: Account) -> Self {
        let (namespaces, uid, gid) = match account {
            // Root in a namespace of users is who we are outside.
            Account::Own => (&["--map-root-user", "--mount"][..], 0, 0),
            Account::Other { uid, gid } => (&["--mount"][..], uid, gid),
        };
        let options = format!("size={mebibytes}m,mode=700,uid={uid},gid={gid}");
        let script = r#"mount -t tmpfs -o "$2" small-disk "$1" && echo mounted && exec cat"#;
        let mut command = Command::new("unshare");
        command.args(namespaces).args(["sh", "-c", script, "sh"]);
        command.arg(&folder).arg(options);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = command.spawn().expect(HINT);
        let mut said = String::new();
        let mut output = BufReader::new(keeper.stdout.as_mut().unwrap());
        output.read_line(&mut said).unwrap();
        assert_eq!(said.trim(), "mounted", "{command:?}: {HINT}");
        Self {
            keeper,
            folder,
            account,
        }
    }

    /// `program`, to be run by the account with the disk in sight.
    pub(super) fn command(&self, program: &Path) -> Command {
        let keeper = self.keeper.id().to_string();
        let mut command = Command::new("nsenter");
        command.args(["--target", &keeper, "--mount"]);
        match self.account {
            Account::Own => {
                // PostgreSQL refuses root, even one who is root in his namespace alone.
                let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
                command
                    .args(["--user", "--preserve-credentials", "--"])
                    .args(["unshare", "--user"])
                    .arg(format!("--map-user={}", uid.as_raw()))
                    .arg(format!("--map-group={}", gid.as_raw()));
            }
            Account::Other { uid, gid } => {
                command
                    .args(["--", "setpriv", "--clear-groups"])
                    .arg(format!("--reuid={uid}"))
                    .arg(format!("--regid={gid}"));
            }
        }
        command.arg("--").arg(program);
        command
    }

    /// Fills the disk.
    pub(super) fn fill(&self) -> Ballast {
        // As the keeper sees it.
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id()));
        Ballast::fill(&root.join(self.folder.strip_prefix("/").unwrap()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // A keeper that cannot be waited for is gone.
        let _ = self.keeper.wait();
    }
}
