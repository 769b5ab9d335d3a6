//! What Prometheus' own client for Python reads in a text.

use std::collections::BTreeMap;
use std::env;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pericarp::metrics::{CONTENT_TYPE, Registry};

/// Prints each sample as a JSON array of its name, its labels and its value, and fails if a family
/// has no help.
const READ: &str = r"
import json, sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.buffer.read().decode('utf-8')):
    assert family.documentation and family.type != 'unknown', family
    for sample in family.samples:
        print(json.dumps([sample.name, sample.labels, sample.value]))
";

/// Every sample of a registry, by its name and labels.
#[track_caller]
pub(super) fn parsed(registry: &Registry) -> BTreeMap<String, f64> {
    assert!(CONTENT_TYPE.starts_with("text/plain; version=0.0.4"));
    let python = env::var("PERICARP_TEST_PYTHON").unwrap_or_else(|_| {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools");
        let python = tools.join("prometheus/bin/python");
        python.to_string_lossy().into_owned()
    });
    let hint = "the tests read metrics with the Python package prometheus_client: run tests/run, or \
                `python3 -m venv target/tools/prometheus && target/tools/prometheus/bin/pip install \
                prometheus_client`, or let PERICARP_TEST_PYTHON be a Python that has it";
    let mut reading = Command::new(&python)
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{python}: {error}; {hint}"));
    let mut text = reading.stdin.take().unwrap();
    text.write_all(registry.to_prometheus().as_bytes()).unwrap();
    drop(text);
    let read = reading.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{complaint}{hint}");
    let mut samples = BTreeMap::new();
    for line in String::from_utf8(read.stdout).unwrap().lines() {
        let (name, labels, value): (String, BTreeMap<String, String>, f64) =
            serde_json::from_str(line).unwrap();
        let labels: Vec<_> = labels
            .iter()
            .map(|(label, value)| format!("{label}={value}"))
            .collect();
        let sample = format!("{name}{{{}}}", labels.join(","));
        assert!(samples.insert(sample, value).is_none(), "twice: {line}");
    }
    samples
}
