use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Skipped;
use crate::codec::Strict;

/// What a snapshot says.
#[derive(Serialize, Deserialize)]
struct Said<A> {
    state: A,
    /// Events that were dropped, unknown and newer.
    #[serde(default, skip_serializing_if = "is_none")]
    skipped: [u64; 3],
}

fn is_none(skipped: &[u64; 3]) -> bool {
    *skipped == [0; 3]
}

pub(super) fn write<A: Serialize>(state: &A, skipped: Skipped) -> serde_json::Result<String> {
    let said = Said {
        state: Strict::new(state),
        skipped: [skipped.dropped, skipped.unknown, skipped.newer],
    };
    serde_json::to_string(&said)
}

pub(super) fn read<A: DeserializeOwned>(json: &str) -> serde_json::Result<(A, Skipped)> {
    let Said { state, skipped } = serde_json::from_str(json)?;
    let [dropped, unknown, newer] = skipped;
    let skipped = Skipped {
        dropped,
        unknown,
        newer,
    };
    Ok((state, skipped))
}
