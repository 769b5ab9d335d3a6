use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use super::Pattern;

/// For how many names of events it is remembered who wants them. A log has fewer; were there more,
/// those beyond would be looked up each time.
const REMEMBERED: usize = 4_096;

/// Which handlers want which events: handlers by their number.
#[derive(Default)]
pub(super) struct Table {
    names: HashMap<Box<str>, Vec<usize>>,
    patterns: Vec<(Pattern, usize)>,
    found: RwLock<HashMap<Box<str>, Wanted>>,
}

/// The handlers that want an event, each once, in the order in which they subscribed.
pub(super) type Wanted = Arc<[usize]>;

impl Table {
    pub(super) fn want_name(&mut self, name: &str, handler: usize) {
        self.names.entry(name.into()).or_default().push(handler);
    }

    pub(super) fn want(&mut self, pattern: Pattern, handler: usize) {
        self.patterns.push((pattern, handler));
    }

    pub(super) fn wanted(&self, name: &str) -> Wanted {
        // What is remembered is whole after every step.
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(wanted) = found.get(name) {
            return wanted.clone();
        }
        drop(found);
        let wanted = self.look_up(name);
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        if found.len() < REMEMBERED {
            found.insert(name.into(), wanted.clone());
        }
        wanted
    }

    fn look_up(&self, name: &str) -> Wanted {
        let by_name = self.names.get(name).into_iter().flatten().copied();
        let by_pattern = self.patterns.iter();
        let by_pattern = by_pattern.filter(|(pattern, _)| pattern.matches(name));
        let wanted: BTreeSet<usize> = by_name
            .chain(by_pattern.map(|(_, handler)| *handler))
            .collect();
        wanted.into_iter().collect()
    }
}
