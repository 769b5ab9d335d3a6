use crate::shared_metadata::SharedMetadata;
use crate::{Clock, Metadata, SystemClock, Timestamp};

/// The time and the metadata that emitted events carry.
///
/// ```
/// use pericarp::{Context, Metadata, Timestamp};
///
/// let context = Context::new(Timestamp::EPOCH)
///     .with_metadata(&Metadata { user_id: Some("ann".into()), ..Metadata::default() });
/// assert_eq!(context.metadata_json(), r#"{"user_id":"ann"}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    occurred_at: Timestamp,
    metadata: SharedMetadata,
}

impl Context {
    /// Events happen at `occurred_at` and carry no metadata.
    pub const fn new(occurred_at: Timestamp) -> Self {
        Self {
            occurred_at,
            metadata: SharedMetadata::NONE,
        }
    }

    /// Events carry `metadata`.
    #[must_use]
    pub fn with_metadata(self, metadata: &Metadata) -> Self {
        self.with_shared(SharedMetadata::new(metadata.clone()))
    }

    pub(crate) fn with_shared(mut self, metadata: SharedMetadata) -> Self {
        self.metadata = metadata;
        self
    }

    /// When the events happen.
    pub const fn occurred_at(&self) -> Timestamp {
        self.occurred_at
    }

    /// The metadata.
    pub fn metadata(&self) -> &Metadata {
        self.metadata.get()
    }

    /// The metadata that is stored, a JSON object.
    pub fn metadata_json(&self) -> &str {
        self.metadata.json()
    }

    pub(crate) fn shared_metadata(&self) -> &SharedMetadata {
        &self.metadata
    }
}

impl Default for Context {
    /// Now, by the system's clock, and without metadata.
    fn default() -> Self {
        Self::new(SystemClock.now())
    }
}
