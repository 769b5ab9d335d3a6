use std::time::Duration;

const UNITS: [(&str, u64); 5] = [
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("min", 60_000_000),
    ("h", 3_600_000_000),
];

/// Reads `200us`, `5s` or `10min`: a whole number and its unit.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, micros) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    let number: u64 = number.parse().ok()?;
    number.checked_mul(*micros).map(Duration::from_micros)
}

/// Writes it in the largest unit of which it is a whole number.
pub(super) fn write(duration: Duration) -> String {
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let unit = |&&(_, unit): &&(&str, u64)| micros.is_multiple_of(unit) && micros >= unit;
    let (name, unit) = UNITS.iter().rev().find(unit).unwrap_or(&("s", 1_000_000));
    format!("{}{name}", micros / unit)
}
