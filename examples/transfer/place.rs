//! Where a log is.

use std::convert::Infallible;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pericarp::store::{OpenError, SqliteStore};

/// Where a log is, as it is written on the command line.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database, by its URL.
    Postgres(String),
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_url = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        Ok(if is_url {
            Self::Postgres(text.into())
        } else {
            Self::File(text.into())
        })
    }
}

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error("{0} does not exist; name the log that is to be exported")]
    Missing(String),
    #[error("{path} cannot be read")]
    Unreadable { path: String, source: io::Error },
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// How many bytes a file has that can be read.
pub(crate) fn size_of(path: &Path) -> Result<u64, PlaceError> {
    let size = File::open(path).and_then(|file| Ok(file.metadata()?.len()));
    size.map_err(|source| PlaceError::Unreadable {
        path: path.display().to_string(),
        source,
    })
}

/// Opens a log that must be there: a misspelt name makes no new one.
pub(crate) async fn open_existing(path: &Path) -> Result<SqliteStore, PlaceError> {
    if !path.exists() {
        return Err(PlaceError::Missing(path.display().to_string()));
    }
    open(path).await
}

/// Opens a log, and makes it if there is none.
pub(crate) async fn open(path: &Path) -> Result<SqliteStore, PlaceError> {
    Ok(SqliteStore::open(path).await?)
}
