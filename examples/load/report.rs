use std::fmt::Write as _;
use std::time::Duration;

use crate::arguments::Arguments;
use crate::drive::Measured;
use crate::resident::Resident;
use crate::tally::Latencies;

/// What came of a run, for a reader.
pub(crate) fn report(arguments: &Arguments, measured: &Measured) -> String {
    let Measured { tally, took } = measured;
    let all = tally.all();
    let rate = all.len() as f64 / took.as_secs_f64();
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(text, "Run        {}", run(arguments));
    let _ = writeln!(
        text,
        "Requests   {} in {:.2} s: {}/s",
        thousands(all.len()),
        took.as_secs_f64(),
        thousands(rate as u64)
    );
    let _ = writeln!(text, "Latency    {}", latencies(&all));
    let _ = writeln!(text, "Queries    {}", latencies(&tally.queries));
    let _ = writeln!(text, "Commands   {}", latencies(&tally.commands));
    if tally.errors.is_empty() {
        text.push_str("Errors     none\n");
    }
    for (error, count) in &tally.errors {
        let _ = writeln!(text, "Errors     {} × {error}", thousands(*count));
    }
    if let Some(line) = memory(&tally.resident, *took) {
        let _ = writeln!(text, "Resident   {line}");
    }
    text
}

fn run(arguments: &Arguments) -> String {
    let users = thousands(arguments.users);
    let length = match arguments.duration {
        None => format!("{users} users × {} requests", thousands(arguments.requests)),
        Some(duration) => format!("{users} users for {} s", duration.as_secs()),
    };
    let pace = match arguments.rate {
        None => "as fast as they are answered".to_owned(),
        Some(rate) => format!("{} are due per second", thousands(rate)),
    };
    format!("{length}, {} % commands, {pace}", arguments.commands)
}

fn latencies(of: &Latencies) -> String {
    if of.is_empty() {
        return "none".to_owned();
    }
    let at = |quantile| millis(of.value_at_quantile(quantile));
    let (p50, p99, p999, max) = (at(0.5), at(0.99), at(0.999), millis(of.max()));
    format!("p50 {p50}  p99 {p99}  p999 {p999}  max {max}")
}

/// At each quarter of the run: where it is flat, the last are alike.
fn memory(resident: &[Resident], took: Duration) -> Option<String> {
    let quarters = (1..=4).filter_map(|quarter| {
        let until = took * quarter / 4;
        resident.iter().rfind(|seen| seen.at <= until)
    });
    let quarters: Vec<_> = quarters.collect();
    let list = |kib: fn(&Resident) -> u64| {
        let mib = quarters.iter().map(|seen| kib(seen) as f64 / 1024.0);
        mib.map(|mib| format!("{mib:.1}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    quarters.last()?;
    let (total, own) = (list(|seen| seen.total), list(|seen| seen.own));
    Some(format!(
        "{total} MiB after each quarter; without mapped files {own} MiB"
    ))
}

pub(crate) fn millis(micros: u64) -> String {
    format!("{:.2} ms", micros as f64 / 1000.0)
}

/// 1234567 as `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
