use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::environment::unknown;
use super::keys::{KNOBS, knob};
use super::sources::Told;
use super::value::Written;
use super::{ConfigError, Place};

/// What a file says, in order of its keys.
pub(super) fn read(name: &str, text: &str) -> Result<Vec<Told>, ConfigError> {
    let place = |at: usize| Place::File {
        name: name.to_owned(),
        line: text
            .get(..at)
            .map_or(1, |before| before.matches('\n').count() + 1),
    };
    // Its own text shows the line, which may hold a secret.
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        place: place(error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })?;
    let mut told = Vec::new();
    for (key, value) in table.get_ref() {
        let at = || place(key.span().start);
        let is_table = KNOBS
            .iter()
            .any(|knob| knob.table() == Some(key.get_ref().as_ref()));
        match value.get_ref() {
            DeValue::Table(inner) if is_table => {
                for (name, value) in inner {
                    let key = format!("{}.{}", key.get_ref(), name.get_ref());
                    told.push(tell(place(name.span().start), &key, value)?);
                }
            }
            _ if is_table => {
                let (key, message) = (key.get_ref(), "is a table, and has keys of its own");
                let message = format!("`{key}` {message}: write [{key}]");
                return Err(ConfigError::Syntax {
                    place: at(),
                    message,
                });
            }
            _ => told.push(tell(at(), key.get_ref(), value)?),
        }
    }
    Ok(told)
}

fn tell(place: Place, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Told, ConfigError> {
    let Some(knob) = knob(key) else {
        let known = KNOBS.iter().map(|knob| knob.key.to_owned()).collect();
        return Err(unknown(place, key, known));
    };
    let written = match value.get_ref() {
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Written::Integer(number),
            Err(_) => Written::Other("a large integer"),
        },
        DeValue::Boolean(flag) => Written::Flag(*flag),
        DeValue::String(text) => Written::Text(text),
        other => Written::Other(other.type_str()),
    };
    Told::new(place, knob, &written)
}
