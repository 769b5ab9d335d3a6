//! What a lock file says after a change was accepted.

use super::model::{Event, Schema};

impl Schema {
    /// The events of `build`, and the versions of before that it still reads without describing
    /// them: what was stored stays stored, so its shape stays known.
    pub(crate) fn merge(&self, build: &Self) -> Self {
        let mut merged = build.clone();
        for event in &self.events {
            let is_described = |new: &Event| new.name == event.name && new.version == event.version;
            let is_read = |new: &Event| {
                new.names().any(|name| name == event.name) && new.reads.contains(&event.version)
            };
            if !build.events.iter().any(is_described) && build.events.iter().any(is_read) {
                merged.events.push(event.clone());
            }
        }
        merged.sort();
        merged
    }
}
