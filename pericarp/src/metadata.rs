use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{RecordedEvent, Timestamp, Version};

/// What is known about a commit beside its events: who, why, and as part of which request.
///
/// Stored as one JSON object beside every event of the commit. Fields that are `None` are left
/// out; any further keys are kept in `extra`.
///
/// ```
/// use pericarp::Metadata;
///
/// let metadata = Metadata { user_id: Some("ann".into()), ..Metadata::default() };
/// assert_eq!(metadata.to_json(), r#"{"user_id":"ann"}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The id shared by everything that follows from one outside request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The id of the event or command that caused this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<String>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The trace it belongs to, as in the W3C Trace Context `trace-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Everything else. A key that is one of the fields above is not written.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Metadata {
    /// The metadata of what follows from an event: its correlation, trace and user, and the event as
    /// the cause. If it has no correlation, it is the first of what it correlates.
    ///
    /// # Errors
    /// If what was stored is not a [`Metadata`] object.
    pub fn following(event: &RecordedEvent<'_>) -> serde_json::Result<Self> {
        let cause = event.id.to_string();
        let before = event.parse_metadata()?;
        Ok(Self {
            correlation_id: before.correlation_id.or_else(|| Some(cause.clone())),
            causation_id: Some(cause),
            user_id: before.user_id,
            trace_id: before.trace_id,
            extra: Map::new(),
        })
    }

    /// The JSON object that is stored.
    pub fn to_json(&self) -> String {
        const OWN: [&str; 4] = ["correlation_id", "causation_id", "user_id", "trace_id"];
        let written = if OWN.iter().any(|key| self.extra.contains_key(*key)) {
            let mut own = self.clone();
            own.extra.retain(|key, _| !OWN.contains(&key.as_str()));
            serde_json::to_string(&own)
        } else {
            serde_json::to_string(self)
        };
        // Strings and JSON values always serialise: no key is anything but a string.
        written.unwrap_or_else(|_| String::from("{}"))
    }
}

/// What an aggregate may know about an event while it folds it into its state.
///
/// It holds only what is the same when the event is emitted and when it is replayed, so that a
/// fold cannot tell the two apart.
///
/// ```
/// use pericarp::{Meta, Timestamp, Version};
///
/// let meta = Meta::new(Version::FIRST, Timestamp::EPOCH, r#"{"user_id":"ann"}"#);
/// assert_eq!(meta.metadata()?.user_id.as_deref(), Some("ann"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Meta<'a> {
    version: Version,
    occurred_at: Timestamp,
    metadata: &'a str,
}

impl<'a> Meta<'a> {
    /// Describes an event by its version, its time and its metadata (a JSON object).
    pub const fn new(version: Version, occurred_at: Timestamp, metadata: &'a str) -> Self {
        Self {
            version,
            occurred_at,
            metadata,
        }
    }

    /// The event's place in its stream.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// When it happened, as its emitter said.
    pub const fn occurred_at(&self) -> Timestamp {
        self.occurred_at
    }

    /// The metadata as stored.
    pub const fn metadata_json(&self) -> &'a str {
        self.metadata
    }

    /// The metadata, parsed on demand.
    ///
    /// # Errors
    /// If what was stored is not a [`Metadata`] object; then use [`Meta::metadata_json`].
    pub fn metadata(&self) -> serde_json::Result<Metadata> {
        serde_json::from_str(self.metadata)
    }
}
