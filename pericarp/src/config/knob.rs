use super::Config;
use super::value::{Allowed, Value};

/// Something that can be told.
pub(super) struct Knob {
    /// Where it is in a file: `table.key`, or `key` before the first table.
    pub(super) key: &'static str,
    pub(super) about: &'static str,
    pub(super) allowed: Allowed,
    pub(super) get: fn(&Config) -> Value,
    pub(super) set: fn(&mut Config, Value),
}

impl Knob {
    pub(super) fn table(&self) -> Option<&'static str> {
        self.key.split_once('.').map(|(table, _)| table)
    }

    /// Its key within its table.
    pub(super) fn name(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, name)| name)
    }

    /// The variable of the environment.
    pub(super) fn variable(&self) -> String {
        let key = self.key.replace('.', "__").to_uppercase();
        format!("{}{key}", super::environment::PREFIX)
    }

    pub(super) const fn is_secret(&self) -> bool {
        matches!(self.allowed, Allowed::Secret)
    }

    /// The value, as a file has it.
    pub(super) fn written(&self, config: &Config) -> String {
        self.allowed.write(&(self.get)(config))
    }
}
