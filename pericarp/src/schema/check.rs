//! A schema, held against its lock file.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fs, io, process};

use super::change::Verdict;
use super::difference::Difference;
use super::error::LockError;
use super::mode::Mode;
use super::model::Schema;

/// How a check ended that found nothing wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Checked {
    /// The lock file says what the build does.
    Unchanged,
    /// The lock file was written, with this difference to what it said before.
    Written(Difference),
}

impl Schema {
    /// Holds the events against a lock file: the one line of a test.
    ///
    /// The path is relative to the manifest of the package that [`schema!`](crate::schema!) was
    /// written in. What is compatible is recorded in the file, as cargo does in `Cargo.lock`; where
    /// `CI` is set, it must be recorded already. `PERICARP_BLESS=1` records everything.
    ///
    /// # Panics
    /// With a report, if the file is not there, if events that are stored could not be read any
    /// more, or if there is something else that a person should read.
    #[track_caller]
    pub fn check(&self, path: impl AsRef<Path>) {
        if let Err(error) = Mode::from_env().and_then(|mode| self.check_as(path, mode)) {
            match error.source() {
                Some(cause) => panic!("{error}: {cause}"),
                None => panic!("{error}"),
            }
        }
    }

    /// Holds the events against a lock file, which may be changed as `mode` says.
    ///
    /// # Errors
    /// [`LockError`] says what is wrong; the file is as it was.
    pub fn check_as(&self, path: impl AsRef<Path>, mode: Mode) -> Result<Checked, LockError> {
        if !self.clashes.is_empty() {
            let clashes = self.clashes.clone();
            return Err(LockError::Clash { clashes });
        }
        let path = self.locate(path.as_ref());
        let lock = match read(&path) {
            Ok(Some(lock)) => lock,
            Ok(None) if mode == Mode::Bless => Self::default(),
            Ok(None) => return Err(LockError::Missing { path }),
            // What cannot be parsed can be written anew.
            Err(LockError::Parse { .. }) if mode == Mode::Bless => Self::default(),
            Err(error) => return Err(error),
        };
        let difference = lock.difference(self);
        let merged = lock.merge(self);
        if merged == lock && difference.changes().is_empty() {
            return Ok(Checked::Unchanged);
        }
        match (mode, difference.verdict()) {
            (Mode::Bless, _) | (Mode::Record, Verdict::Compatible) => {
                write(&path, &merged.to_string())?;
                Ok(Checked::Written(difference))
            }
            (_, Verdict::Breaking) => Err(LockError::Breaking { difference }),
            (_, Verdict::Note) => Err(LockError::Note { difference }),
            (Mode::Locked, Verdict::Compatible) => Err(LockError::Behind { difference }),
        }
    }

    /// Where a lock file is: cargo says where the package is now, which may not be where it was
    /// compiled.
    fn locate(&self, path: &Path) -> PathBuf {
        match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(root) if !self.root.as_os_str().is_empty() => Path::new(&root).join(path),
            _ => self.root.join(path),
        }
    }
}

fn read(path: &Path) -> Result<Option<Schema>, LockError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            let path = path.to_owned();
            return Err(LockError::Read { path, source });
        }
    };
    Schema::parse(&text).map(Some).map_err(|source| {
        let path = path.to_owned();
        LockError::Parse { path, source }
    })
}

/// Writes the whole file or leaves it as it was.
fn write(path: &Path, text: &str) -> Result<(), LockError> {
    let draft = path.with_extension(format!("draft-{}", process::id()));
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, path));
    written.map_err(|source| {
        // If it is there at all.
        let _ = fs::remove_file(&draft);
        let path = path.to_owned();
        LockError::Write { path, source }
    })
}
