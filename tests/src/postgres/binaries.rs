use std::cmp::Reverse;
use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

const MISSING: &str = "\
the tests need a PostgreSQL and find none: no `initdb` and `postgres` in PATH, in
/usr/lib/postgresql/*/bin, where `pg_config --bindir` says, or where Homebrew puts them.

  Debian, Ubuntu   apt-get install postgresql
  Fedora           dnf install postgresql-server
  macOS            brew install postgresql

Or let PERICARP_TEST_POSTGRES be the URL of a server's superuser, such as
postgres://postgres:secret@localhost:5432/postgres.
";

/// The folder with `initdb` and `postgres`.
#[derive(Debug, Clone)]
pub(super) struct Binaries(PathBuf);

impl Binaries {
    pub(super) fn find() -> Self {
        let mut folders = in_path();
        folders.extend(versions("/usr/lib/postgresql", "", "bin"));
        folders.extend(versions("/usr", "pgsql-", "bin"));
        folders.extend(pg_config());
        for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
            folders.extend(versions(homebrew, "postgresql@", "bin"));
            folders.push(Path::new(homebrew).join("postgresql/bin"));
        }
        let found = folders.iter().find_map(|folder| usable(folder));
        Self(found.unwrap_or_else(|| panic!("{MISSING}")))
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.0.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }
}

fn in_path() -> Vec<PathBuf> {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect()
}

/// Every `<parent>/<prefix><version>/<folder>`, the newest version first.
fn versions(parent: &str, prefix: &str, folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?;
            // 9.6 is older than 10, and so is what comes before its point.
            let major = version.split('.').next()?.parse().ok()?;
            Some((major, entry.path().join(folder)))
        })
        .collect();
    found.sort_by_key(|(version, _)| Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(folder.trim()))
}

/// Where the programs of `folder` really are, if it has them. Scripts that start a PostgreSQL as
/// some user are not what is looked for: the tests choose the user.
fn usable(folder: &Path) -> Option<PathBuf> {
    let initdb = folder.join("initdb").canonicalize().ok()?;
    let real = initdb.parent()?;
    (!is_script(&initdb) && real.join("postgres").is_file() && !is_script(&real.join("postgres")))
        .then(|| real.to_owned())
}

fn is_script(program: &Path) -> bool {
    let mut start = [0; 2];
    File::open(program)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_err()
        || start == *b"#!"
}
