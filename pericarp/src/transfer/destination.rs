use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where an export goes.
pub(super) trait Destination: Write {
    /// Ends a whole export. Without it, nothing must look like one.
    fn finish(self) -> io::Result<()>;
}

/// A writer of the caller's. It lacks the last line of the log if the export fails.
pub(super) struct ToWriter<W>(pub(super) W);

impl<W: Write> Write for ToWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> Destination for ToWriter<W> {
    fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A file, which takes its name once it is whole: an export that fails leaves what was there.
pub(super) struct ToPath {
    file: File,
    /// The name that it has until then, and the one that it gets. A device or a pipe is written to
    /// as it is.
    names: Option<(PathBuf, PathBuf)>,
}

impl ToPath {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let target = match fs::canonicalize(path) {
            Ok(there) if !fs::metadata(&there)?.is_file() => {
                let file = OpenOptions::new().write(true).open(there)?;
                return Ok(Self { file, names: None });
            }
            // What a link names is replaced, and not the link.
            Ok(there) => there,
            Err(_) => path.to_owned(),
        };
        let partial = partial_name(&target);
        let file = File::create_new(&partial)?;
        Ok(Self {
            file,
            names: Some((partial, target)),
        })
    }
}

/// A name beside the target that no other export has.
fn partial_name(target: &Path) -> PathBuf {
    static EXPORTS: AtomicU64 = AtomicU64::new(0);
    let number = EXPORTS.fetch_add(1, Ordering::Relaxed);
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{number}.partial", process::id()));
    target.with_file_name(name)
}

impl Write for ToPath {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Destination for ToPath {
    fn finish(mut self) -> io::Result<()> {
        let Some((partial, target)) = &self.names else {
            return self.file.flush();
        };
        self.file.sync_all()?;
        fs::rename(partial, target)?;
        self.names = None;
        Ok(())
    }
}

impl Drop for ToPath {
    fn drop(&mut self) {
        if let Some((partial, _)) = &self.names {
            // It is of no use to anybody; if it cannot be removed, its name says what it is.
            let _ = fs::remove_file(partial);
        }
    }
}
