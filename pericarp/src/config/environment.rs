use super::keys::KNOBS;
use super::sources::Told;
use super::value::Written;
use super::{ConfigError, Place};
use crate::nearest::nearest;

/// How the variables begin.
pub(super) const PREFIX: &str = "PERICARP_";

/// What the variables say. One that begins as ours and has a table, marked by `__`, must be a key; so
/// must one that would be with `__` in place of a `_`.
pub(super) fn read<'v>(
    variables: impl IntoIterator<Item = &'v (String, Option<String>)>,
) -> Result<Vec<Told>, ConfigError> {
    let mut told = Vec::new();
    for (name, value) in variables {
        let place = || Place::Variable { name: name.clone() };
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        match KNOBS.iter().find(|knob| knob.variable() == *name) {
            Some(knob) => {
                let written = match value {
                    Some(value) => Written::Variable(value),
                    None => Written::Other("other than Unicode"),
                };
                told.push(Told::new(place(), knob, &written)?);
            }
            None if rest.contains("__") || is_squeezed(name) => {
                let known = KNOBS.iter().map(|knob| knob.variable()).collect();
                return Err(unknown(place(), name, known));
            }
            // Somebody else's, of whom we know nothing.
            None => {}
        }
    }
    Ok(told)
}

fn is_squeezed(name: &str) -> bool {
    KNOBS
        .iter()
        .any(|knob| knob.variable().replace("__", "_") == *name)
}

pub(super) fn unknown(place: Place, key: &str, known: Vec<String>) -> ConfigError {
    let nearest = nearest(key, known.iter().map(String::as_str)).map(str::to_owned);
    ConfigError::UnknownKey {
        place,
        key: key.to_owned(),
        nearest,
        known,
    }
}
