//! The load generator with a storefront of its own.
#![expect(clippy::unwrap_used, reason = "a failing test says where")]

use std::fs;
use std::process::{Command, Output};

use quick_xml::Reader;
use quick_xml::events::Event;

/// Runs it, with a storefront that does not wait for the disk.
fn load(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_load"))
        .args(arguments)
        .env("PERICARP_PRESET", "test")
        .output()
        .unwrap()
}

#[track_caller]
fn report(arguments: &[&str]) -> String {
    let output = load(arguments);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{complaint}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_measures_a_storefront_that_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let chart = folder.path().join("load.svg");
    let chart = chart.to_str().unwrap();
    let run = [
        "--spawn",
        "--users",
        "4",
        "--requests",
        "50",
        "--commands",
        "50",
        "--products",
        "9",
    ];
    let report = report(&[&run[..], &["--chart", chart]].concat());
    assert!(
        report.contains("4 users × 50 requests, 50 % commands"),
        "{report}"
    );
    assert!(report.contains("Requests   200 in "), "{report}");
    assert!(report.contains("Errors     none"), "{report}");
    for line in ["Latency", "Queries", "Commands"] {
        let line = report.lines().find(|said| said.starts_with(line)).unwrap();
        assert!(line.contains(" p50 ") && line.contains(" p999 "), "{line}");
    }
    let svg = fs::read_to_string(chart).unwrap();
    let mut reader = Reader::from_str(&svg);
    let mut curves = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Empty(tag) if tag.name().as_ref() == "path" => curves += 1,
            Event::Eof => break,
            _ => {}
        }
    }
    // Queries and commands by percentile; the median, 99 % and the longest over the run.
    assert_eq!(curves, 5);
}

#[test]
fn requests_can_be_due_at_a_rate() {
    let report = report(&[
        "--spawn",
        "--users",
        "2",
        "--duration",
        "1s",
        "--rate",
        "40",
    ]);
    assert!(report.contains("40 are due per second"), "{report}");
    let requests = report
        .lines()
        .find(|line| line.starts_with("Requests"))
        .unwrap();
    let sent: u64 = requests.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!((1..=40).contains(&sent), "{requests}");
}

#[test]
fn errors_are_counted_by_status_and_code() {
    // Nobody may wait, so that some of those who come at once are told to come later.
    let run = [
        "--spawn",
        "--users",
        "8",
        "--requests",
        "50",
        "--commands",
        "100",
        "--products",
        "1",
    ];
    let output = load(&[&run[..], &["--", "--at-once", "1", "--waiting", "0"]].concat());
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success());
    assert!(report.contains("× 503 request.too_many"), "{report}");
}

#[test]
fn a_time_that_is_none_is_refused() {
    for time in ["10", "m", "0s", "1h"] {
        let output = load(&["--duration", time]);
        assert_eq!(output.status.code(), Some(2), "{time}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("write 30s or 10m"), "{said}");
    }
}
