use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Who runs the server. PostgreSQL refuses root, so root lends it another account.
#[derive(Debug, Clone, Copy)]
pub(super) enum Account {
    /// Whoever runs the tests.
    Own,
    Other {
        uid: u32,
        gid: u32,
    },
}

impl Account {
    pub(super) fn choose() -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self::Own;
        }
        let other = ["postgres", "nobody"].iter().find_map(|name| {
            Some(Self::Other {
                uid: id("-u", name)?,
                gid: id("-g", name)?,
            })
        });
        other.expect(
            "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` \
             to run it as: add one, or run the tests as another user",
        )
    }

    /// `program`, to be run by this account.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Self::Other { uid, gid } = self {
            // This also lays down the groups of root.
            command.uid(uid).gid(gid);
        }
        command
    }

    pub(super) fn own(self, path: &Path) {
        if let Self::Other { uid, gid } = self {
            chown(path, Some(uid), Some(gid)).unwrap();
        }
    }
}

fn id(option: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([option, name]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}
