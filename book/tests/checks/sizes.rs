//! How large the derives are.

use std::fs;

use crate::pages::files;

/// Lines of code, without comments, blank lines and tests.
fn lines_of_code(folder: &str, tests: &[&str]) -> usize {
    let mut lines = 0;
    for file in files(folder, "rs") {
        if tests.iter().any(|test| file.ends_with(test)) {
            continue;
        }
        let text = fs::read_to_string(file).unwrap();
        let code = |line: &&str| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with("//")
        };
        lines += text.lines().filter(code).count();
    }
    assert!(lines > 1_000, "{folder} has only {lines} lines");
    lines
}

#[test]
fn the_derives_have_at_most_a_quarter_of_the_runtimes_lines() {
    let derives = lines_of_code(
        "pericarp-derive/src",
        &["mutations.rs", "sizes.rs", "snapshots.rs"],
    );
    let runtime = lines_of_code("pericarp/src", &[]);
    assert!(
        4 * derives <= runtime,
        "{derives} lines of derives, {runtime} of the runtime"
    );
}
