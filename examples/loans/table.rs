//! Aligned tables and readable numbers.

use std::fmt;
use std::time::Duration;

/// Rows of text; the first column is aligned to the left, the others to the right.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        Self {
            rows: vec![heads.map(String::from).into()],
        }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths = (0..columns).map(width).collect::<Vec<_>>();
        for (index, row) in self.rows.iter().enumerate() {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(f, "  {cell:<width$}")?,
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
            writeln!(f)?;
            if index == 0 {
                let rule = widths.iter().sum::<usize>() + 2 * (columns - 1);
                writeln!(f, "  {}", "─".repeat(rule))?;
            }
        }
        Ok(())
    }
}

/// A number with its thousands apart: `262,200`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share of a whole, in percent.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}

/// A length of time in the two units that matter: `3 d 07 h`, `12 min 05 s`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {:02} s", seconds % 60),
        (0, _, _) => format!("{hours} h {minutes:02} min"),
        _ => format!("{days} d {hours:02} h"),
    }
}

/// `262,200 events in 4.1 s: 63,951 events/s`.
pub(crate) fn rate(count: u64, what: &str, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let per_second = thousands((count as f64 / seconds.max(1e-9)) as u64);
    format!(
        "{} {what} in {seconds:.2} s: {per_second} {what}/s",
        thousands(count)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        let numbers = [0, 999, 1_000, 262_200, 1_234_567].map(thousands);
        assert_eq!(numbers, ["0", "999", "1,000", "262,200", "1,234,567"]);
        let spans = [59, 725, 3_660, 284_400].map(|s| span(Duration::from_secs(s)));
        assert_eq!(spans, ["59 s", "12 min 05 s", "1 h 01 min", "3 d 07 h"]);
        assert_eq!(percent(1, 8), "12.5 %");
    }

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["Fruit", "Pieces"]);
        table.row(["Fig".into(), thousands(12_000)]);
        assert_eq!(
            table.to_string(),
            "  Fruit  Pieces\n  ─────────────\n  Fig    12,000\n"
        );
    }
}
