use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::knob::Knob;
use super::value::{Value, Written};
use super::{Config, ConfigError, Place, Preset, environment, file};

/// Where a configuration comes from: a preset, files over it, and variables over those. What comes
/// later in this order, and later in a file's turn, holds.
///
/// ```no_run
/// use pericarp::config::Sources;
///
/// let config = Sources::new().file("pericarp.toml")?.environment().load()?;
/// # Ok::<(), pericarp::config::ConfigError>(())
/// ```
#[derive(Clone, Default)]
pub struct Sources {
    preset: Preset,
    texts: Vec<(String, String)>,
    /// One that is no Unicode has no value.
    variables: Vec<(String, Option<String>)>,
}

impl Sources {
    /// The preset `default`, and nothing else.
    pub fn new() -> Self {
        Self::default()
    }

    /// The preset that holds if no file and no variable names one.
    #[must_use]
    pub const fn preset(mut self, preset: Preset) -> Self {
        self.preset = preset;
        self
    }

    /// What a file says.
    ///
    /// # Errors
    /// [`ConfigError::Read`] if it cannot be read.
    pub fn file(self, path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        Ok(self.text(path.display().to_string(), text))
    }

    /// What a text says that is a file for those who read errors.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.texts.push((name.into(), text.into()));
        self
    }

    /// What the variables of this process say.
    #[must_use]
    pub fn environment(self) -> Self {
        self.variables_os(std::env::vars_os())
    }

    /// What these variables say, which need not be Unicode; a key that has no Unicode for its value is
    /// an error.
    #[must_use]
    pub fn variables_os(
        mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let variables = variables.into_iter();
        self.variables.extend(variables.map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            (name, value.into_string().ok())
        }));
        self
    }

    /// What these variables say.
    #[must_use]
    pub fn variables<K: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let variables = variables.into_iter();
        self.variables
            .extend(variables.map(|(name, value)| (name.into(), Some(value.into()))));
        self
    }

    /// The configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if a text is no TOML, a key is unknown, or a value is none of the key.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let mut told = Vec::new();
        for (name, text) in &self.texts {
            told.extend(file::read(name, text)?);
        }
        told.extend(environment::read(&self.variables)?);
        let mut config = Config::of(self.preset);
        for Told { knob, value } in &told {
            if knob.key == "preset" {
                (knob.set)(&mut config, value.clone());
            }
        }
        let mut config = Config::of(config.preset);
        for Told { knob, value } in told {
            (knob.set)(&mut config, value);
        }
        Ok(config)
    }
}

/// A key, and the value that it was told to have.
pub(super) struct Told {
    knob: &'static Knob,
    value: Value,
}

impl Told {
    pub(super) fn new(
        place: Place,
        knob: &'static Knob,
        written: &Written<'_>,
    ) -> Result<Self, ConfigError> {
        match knob.allowed.read(written) {
            Some(value) => Ok(Self { knob, value }),
            None => Err(ConfigError::Value {
                place,
                key: knob.key,
                value: if knob.is_secret() {
                    "***".into()
                } else {
                    written.to_string()
                },
                allowed: knob.allowed.to_string(),
            }),
        }
    }
}

/// What is in the texts and the variables may be secret.
impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("Sources")
            .field("preset", &self.preset)
            .field("texts", &names(&self.texts))
            .field("variables", &self.variables.len())
            .finish()
    }
}
