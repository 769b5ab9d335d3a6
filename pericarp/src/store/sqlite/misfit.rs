use rusqlite::types::FromSqlError;
use uuid::Uuid;

use crate::{Position, Version};

/// A value that the schema allows and that means nothing.
#[derive(Debug, thiserror::Error)]
#[error(
    "the log holds an event whose {what} is {found}, which Pericarp never writes; look for it with a thorough examination by the doctor"
)]
pub(super) struct Misfit {
    what: &'static str,
    found: String,
}

/// A number of a smaller range than SQLite's, such as one that is not negative.
pub(super) fn number<N: TryFrom<i64>>(what: &'static str, stored: i64) -> Result<N, Misfit> {
    N::try_from(stored).map_err(|_| misfit(what, stored.to_string()))
}

pub(super) fn position(stored: i64) -> Result<Position, Misfit> {
    number("position", stored).map(Position::new)
}

pub(super) fn version(stored: i64) -> Result<Version, Misfit> {
    number("version", stored).map(Version::new)
}

/// The version of a stream, whose events may be none.
pub(super) fn last_version(stored: Option<i64>) -> Result<Version, Misfit> {
    stored.map_or(Ok(Version::NONE), version)
}

pub(super) fn id(stored: &[u8]) -> Result<Uuid, Misfit> {
    Uuid::from_slice(stored).map_err(|_| misfit("id", format!("{} bytes long", stored.len())))
}

#[cold]
fn misfit(what: &'static str, found: String) -> Misfit {
    Misfit { what, found }
}

impl From<Misfit> for rusqlite::Error {
    fn from(misfit: Misfit) -> Self {
        FromSqlError::Other(misfit.into()).into()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_itself_and_what_does_not_is_an_error() {
        assert_eq!(number::<u32>("ordinal", 7).unwrap(), 7);
        assert_eq!(number::<u32>("ordinal", u32::MAX.into()).unwrap(), u32::MAX);
        assert_eq!(version(i64::MAX).unwrap(), Version::END);
        assert_eq!(last_version(None).unwrap(), Version::NONE);
        assert_eq!(id(&[7; 16]).unwrap().as_bytes(), &[7; 16]);
        for error in [
            number::<u32>("ordinal", i64::from(u32::MAX) + 1).unwrap_err(),
            number::<u32>("ordinal", -1).unwrap_err(),
            version(-7).unwrap_err(),
            last_version(Some(i64::MIN)).unwrap_err(),
            position(-1).unwrap_err(),
            id(&[7; 15]).unwrap_err(),
        ] {
            let said = rusqlite::Error::from(error).to_string();
            assert!(said.contains("doctor"), "{said}");
        }
    }
}
