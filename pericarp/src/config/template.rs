use std::fmt::{self, Display, Write};

use super::keys::KNOBS;
use super::{Config, Preset};

impl Config {
    /// Every key, in the order of the template.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        KNOBS.iter().map(|knob| knob.key)
    }

    /// A file with every key, what it does, which values it may have, and what each preset says. All
    /// is commented out, so that it changes nothing.
    ///
    /// ```
    /// use pericarp::config::{Config, Sources};
    ///
    /// let same = Sources::new().text("template", Config::template()).load()?;
    /// assert_eq!(same, Config::default());
    /// # Ok::<(), pericarp::config::ConfigError>(())
    /// ```
    pub fn template() -> String {
        let mut text = String::from(
            "# The configuration of a Pericarp application. What is commented out is as the preset says.\n\
             # A variable of the environment wins over this file.\n",
        );
        let presets = Preset::ALL.map(|preset| {
            let mut config = Self::of(preset);
            // It would be another on another machine.
            if preset == Preset::Default || preset == Preset::Development {
                config.sqlite.readers = 2;
            }
            config
        });
        let mut table = None;
        for knob in KNOBS {
            if knob.table() != table {
                table = knob.table();
                // Writing to a string does not fail.
                let _ = write!(text, "\n[{}]\n", table.unwrap_or_default());
            }
            let _ = write!(
                text,
                "\n# {}\n# Values: {}. Variable: {}.\n",
                knob.about,
                knob.allowed,
                knob.variable()
            );
            if knob.key == "sqlite.readers" {
                text += "# Unless told otherwise the number of cores, from 2 to 4.\n";
            }
            let default = knob.written(&presets[0]);
            for (preset, word) in presets.iter().zip(Preset::WORDS).skip(1) {
                let written = knob.written(preset);
                if written != default && knob.key != "preset" {
                    let _ = writeln!(text, "# {word}: {written}");
                }
            }
            let shown = if knob.is_secret() {
                "\"postgres://\"".into()
            } else {
                default
            };
            let _ = writeln!(text, "#{} = {shown}", knob.name());
        }
        text
    }
}

impl Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = None;
        for knob in KNOBS {
            if knob.table() != table {
                table = knob.table();
                writeln!(f, "\n[{}]", table.unwrap_or_default())?;
            }
            writeln!(f, "{} = {}", knob.name(), knob.written(self))?;
        }
        Ok(())
    }
}
