use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::duration;

/// A value as it was written.
pub(super) enum Written<'w> {
    Integer(i64),
    Flag(bool),
    Text(&'w str),
    /// In the environment everything is text.
    Variable(&'w str),
    /// What no key has.
    Other(&'static str),
}

/// A value as a key has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Integer(u64),
    Flag(bool),
    /// The number of a word.
    Word(usize),
    Text(String),
    /// `None` is never.
    Duration(Option<Duration>),
}

/// Which values a key may have.
#[derive(Debug)]
pub(super) enum Allowed {
    Integer(RangeInclusive<u64>),
    Flag,
    Words(&'static [&'static str]),
    Text,
    Secret,
    Duration(RangeInclusive<Duration>),
    DurationOrNever(RangeInclusive<Duration>),
}

impl Allowed {
    pub(super) fn read(&self, written: &Written<'_>) -> Option<Value> {
        match (self, written) {
            (Self::Integer(range), _) => {
                let number = match written {
                    Written::Integer(number) => u64::try_from(*number).ok()?,
                    Written::Variable(text) => text.trim().parse().ok()?,
                    _ => return None,
                };
                range.contains(&number).then_some(Value::Integer(number))
            }
            (Self::Flag, Written::Flag(flag)) => Some(Value::Flag(*flag)),
            (Self::Flag, Written::Variable(text)) => text.trim().parse().ok().map(Value::Flag),
            (Self::Words(words), Written::Text(text) | Written::Variable(text)) => {
                words.iter().position(|word| word == text).map(Value::Word)
            }
            (Self::Text | Self::Secret, Written::Text(text) | Written::Variable(text)) => {
                Some(Value::Text((*text).to_owned()))
            }
            (Self::DurationOrNever(_), Written::Text("never") | Written::Variable("never")) => {
                Some(Value::Duration(None))
            }
            (
                Self::Duration(range) | Self::DurationOrNever(range),
                Written::Text(text) | Written::Variable(text),
            ) => duration::parse(text)
                .filter(|duration| range.contains(duration))
                .map(|duration| Value::Duration(Some(duration))),
            _ => None,
        }
    }

    /// A value as a file has it.
    pub(super) fn write(&self, value: &Value) -> String {
        match (self, value) {
            (_, Value::Integer(number)) => number.to_string(),
            (_, Value::Flag(flag)) => flag.to_string(),
            (Self::Words(words), Value::Word(number)) => {
                format!("\"{}\"", words.get(*number).unwrap_or(&""))
            }
            (Self::Secret, _) => "\"***\"".into(),
            (_, Value::Text(text)) => quoted(text),
            (_, Value::Duration(Some(duration))) => format!("\"{}\"", duration::write(*duration)),
            (_, Value::Duration(None)) => "\"never\"".into(),
            (_, Value::Word(number)) => number.to_string(),
        }
    }
}

/// A basic string of TOML: <https://toml.io/en/v1.0.0#string>.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted += &format!("\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = |f: &mut fmt::Formatter<'_>, range: &RangeInclusive<Duration>| {
            let (least, most) = (range.start(), range.end());
            let (least, most) = (duration::write(*least), duration::write(*most));
            write!(
                f,
                "a time from {least} to {most}, such as \"200us\", \"5s\" or \"10min\""
            )
        };
        match self {
            Self::Integer(range) => {
                write!(
                    f,
                    "a whole number from {} to {}",
                    range.start(),
                    range.end()
                )
            }
            Self::Flag => f.write_str("true or false"),
            Self::Words(words) => f.write_str(&words.join(", ")),
            Self::Text | Self::Secret => f.write_str("a text"),
            Self::Duration(range) => between(f, range),
            Self::DurationOrNever(range) => {
                between(f, range)?;
                f.write_str(", or never")
            }
        }
    }
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Text(text) | Self::Variable(text) => write!(f, "{text:?}"),
            Self::Other(kind) => write!(f, "a value of type {kind}"),
        }
    }
}
