use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use crate::Metadata;

/// Metadata that many events share: cheap to clone, and written as JSON once, when the first of
/// them asks for it.
#[derive(Clone, Default)]
pub(crate) struct SharedMetadata(Option<Arc<Noted>>);

#[derive(Clone, Default)]
struct Noted {
    metadata: Metadata,
    json: OnceLock<String>,
}

static NONE: LazyLock<Metadata> = LazyLock::new(Metadata::default);

impl SharedMetadata {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn new(metadata: Metadata) -> Self {
        let json = OnceLock::new();
        Self(Some(Arc::new(Noted { metadata, json })))
    }

    pub(crate) fn get(&self) -> &Metadata {
        self.0.as_ref().map_or(&NONE, |noted| &noted.metadata)
    }

    pub(crate) fn json(&self) -> &str {
        self.0.as_ref().map_or("{}", |noted| {
            noted.json.get_or_init(|| noted.metadata.to_json())
        })
    }

    /// The metadata, to be changed: those who share it keep what they have.
    pub(crate) fn make_mut(&mut self) -> &mut Metadata {
        let noted = Arc::make_mut(self.0.get_or_insert_default());
        noted.json.take();
        &mut noted.metadata
    }
}

impl fmt::Debug for SharedMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.json())
    }
}
