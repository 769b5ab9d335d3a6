//! Rust comes from files that are compiled.

use std::collections::BTreeSet;
use std::fs;

use crate::pages::{book, files};

#[test]
fn a_block_of_rust_is_an_include_and_nothing_else() {
    for page in book() {
        for block in page.blocks() {
            let is_include = |line: &str| include(line).is_some();
            assert!(
                !block.language.starts_with("rust") || block.code.lines().all(is_include),
                "{}: Rust that nothing compiles:\n{}",
                page.name(),
                block.code
            );
        }
    }
}

#[test]
fn what_is_included_exists() {
    let mut count = 0;
    for page in book() {
        for line in page.text.lines().filter(|line| line.contains("{{#")) {
            let Some((path, anchor)) = include(line) else {
                panic!("{}: not a whole include: {line}", page.name());
            };
            count += 1;
            let file = page.path.with_file_name(path);
            let Ok(text) = fs::read_to_string(&file) else {
                panic!("{}: there is no {}", page.name(), file.display());
            };
            let Some(anchor) = anchor else { continue };
            for mark in ["ANCHOR: ", "ANCHOR_END: "] {
                let found = marks(&text, mark).filter(|name| *name == anchor).count();
                assert!(
                    found == 1,
                    "{}: {path} has `{mark}{anchor}` {found} times",
                    page.name()
                );
            }
        }
    }
    assert!(count > 30, "found only {count} includes");
}

#[test]
fn what_is_marked_is_included() {
    let mut included = BTreeSet::new();
    for page in book() {
        for (path, anchor) in page.text.lines().filter_map(include) {
            let file = fs::canonicalize(page.path.with_file_name(path)).unwrap();
            included.extend(anchor.map(|anchor| (file, anchor.to_owned())));
        }
    }
    let snippets = files("book/snippets", "rs");
    for file in snippets.into_iter().chain(files("examples", "rs")) {
        let text = fs::read_to_string(&file).unwrap();
        let file = fs::canonicalize(file).unwrap();
        for anchor in marks(&text, "ANCHOR: ") {
            assert!(
                included.contains(&(file.clone(), anchor.to_owned())),
                "{}: no page includes `{anchor}`",
                file.display()
            );
        }
    }
}

/// The path and the anchor of a line that is an include.
fn include(line: &str) -> Option<(&str, Option<&str>)> {
    let inside = line.strip_prefix("{{#")?.strip_suffix("}}")?;
    let target = inside
        .strip_prefix("include ")
        .or_else(|| inside.strip_prefix("rustdoc_include "))?;
    match target.split_once(':') {
        Some((path, anchor)) => Some((path, Some(anchor))),
        None => Some((target, None)),
    }
}

fn marks<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines()
        .filter_map(move |line| line.trim().strip_prefix("// ")?.strip_prefix(mark))
}
