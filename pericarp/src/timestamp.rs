use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment, in whole microseconds since 1970-01-01T00:00:00Z. Serde sees it as RFC 3339 text.
///
/// ```
/// use pericarp::Timestamp;
///
/// let moment = Timestamp::parse("2011-10-01T00:38:44.546+02:00").unwrap();
/// assert_eq!(moment.to_string(), "2011-09-30T22:38:44.546Z");
/// assert_eq!(moment.as_micros(), 1_317_422_324_546_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// Takes microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The time from `earlier` to this moment; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0).unsigned_abs())
    }

    /// Parses an RFC 3339 time with any offset; `None` if it is not one.
    ///
    /// Digits beyond the microsecond are cut.
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::from)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = OffsetDateTime::try_from(*self).map_err(ser::Error::custom)?;
        serializer.serialize_str(&time.format(&Rfc3339).map_err(ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a time must be RFC 3339 text"))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let micros = |d: Duration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(micros(after)),
            Err(before) => Self(-micros(before.duration())),
        }
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(time: OffsetDateTime) -> Self {
        // The widest year `time` can hold is 9999, far inside an i64 of microseconds.
        Self((time.unix_timestamp_nanos().div_euclid(1_000)) as i64)
    }
}

impl TryFrom<Timestamp> for OffsetDateTime {
    type Error = time::error::ComponentRange;

    fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(timestamp.0) * 1_000)
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 in UTC, or the microseconds of a moment beyond year 9999.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::try_from(*self)
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            None => write!(f, "{}µs", self.0),
        }
    }
}
