use std::fmt;
use std::time::Duration;

/// A number or a setting that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figure {
    /// What it is, such as `database size`.
    pub name: &'static str,
    /// How much of it.
    pub amount: Amount,
}

impl Figure {
    /// A figure.
    pub const fn new(name: &'static str, amount: Amount) -> Self {
        Self { name, amount }
    }
}

/// An amount with its unit.
///
/// ```
/// use pericarp::doctor::Amount;
///
/// assert_eq!(Amount::Count(1_234_567).to_string(), "1,234,567");
/// assert_eq!(Amount::Bytes(3 << 20).to_string(), "3.0 MiB");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Amount {
    /// Things that are counted.
    Count(u64),
    /// Bytes.
    Bytes(u64),
    /// A time span.
    Span(Duration),
    /// A setting.
    Word(String),
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Count(count) => grouped(*count),
            Self::Bytes(bytes) => sized(*bytes),
            Self::Span(span) => format!("{span:?}"),
            Self::Word(word) => word.clone(),
        })
    }
}

fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn sized(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut amount, mut unit) = (bytes as f64, "B");
    for next in units {
        if amount < 1_024.0 {
            break;
        }
        (amount, unit) = (amount / 1_024.0, next);
    }
    match unit {
        "B" => format!("{bytes} B"),
        unit => format!("{amount:.1} {unit}"),
    }
}
