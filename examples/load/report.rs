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

/// After the first tenth of the run it should have all the memory that it needs.
fn memory(resident: &[Resident], took: Duration) -> Option<String> {
    let warm = resident.iter().find(|seen| seen.at >= took / 10)?;
    let last = resident.last()?;
    let most = resident.iter().map(|seen| seen.total).max()?;
    let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
    Some(format!(
        "{} once warm, {} at the end, {} at most; without mapped files {}, {}",
        mib(warm.total),
        mib(last.total),
        mib(most),
        mib(warm.own),
        mib(last.own),
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
