//! Words of attributes, codes of errors and names of laws: the pages know them all, and no other.

use std::collections::BTreeSet;
use std::fs;

use crate::pages::{book, files, page, read, repository};

#[test]
fn the_tables_of_attributes_have_every_word() {
    for (source, name) in [
        ("event", "events-and-aggregates.md"),
        ("aggregate", "events-and-aggregates.md"),
        ("command", "commands.md"),
        ("query", "queries.md"),
    ] {
        let mut parse = read(&format!("pericarp-derive/src/parse/{source}.rs"));
        if source == "event" {
            parse += &read("pericarp-derive/src/parse/fields.rs");
        }
        let starts = [
            "Word::required(\"",
            "Word::optional(\"",
            "Word::repeated(\"",
        ];
        let words: Vec<_> = starts
            .into_iter()
            .flat_map(|start| after(&parse, start, '"'))
            .collect();
        assert!(words.len() > 2, "{source}: found only {words:?}");
        let text = page(name).text;
        let table = text
            .split_once(&format!("| Word of `#[{source}(..)]`"))
            .map(|(_, rest)| rest.split("\n\n").next().unwrap_or_default())
            .unwrap();
        for word in words {
            let row = |line: &str| {
                line.strip_prefix(&format!("| `{word}"))
                    .is_some_and(|rest| rest.starts_with(['`', ' ', '(']))
            };
            assert!(table.lines().any(row), "{name} does not explain `{word}`");
        }
    }
}

#[test]
fn the_page_on_errors_has_every_code() {
    let mut codes = BTreeSet::new();
    for file in files("pericarp/src", "rs") {
        let text = fs::read_to_string(file).unwrap();
        codes.extend(
            text.split("fn code(&self)")
                .skip(1)
                .flat_map(|body| after(body.split("\n    }").next().unwrap(), "\"", '"'))
                .filter(|code| {
                    code.contains('.')
                        && !code.contains(|c: char| c != '.' && c != '_' && !c.is_ascii_lowercase())
                })
                .map(str::to_owned),
        );
    }
    let text = page("errors.md").text;
    let explained: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect();
    assert!(codes.len() > 20, "found only {codes:?}");
    assert_eq!(codes, explained);
}

#[test]
fn every_law_that_a_page_names_exists_and_is_explained() {
    let suite = read("pericarp/src/testing/conformance/suite.rs");
    let laws: BTreeSet<_> = names(&suite).collect();
    let (pages, repository) = (book(), repository());
    for page in pages.iter().chain(&repository) {
        for law in names(&page.text) {
            assert!(laws.contains(law), "{}: there is no {law}", page.name());
        }
    }
    for name in ["conformance.md", "log.md"] {
        let text = page(name).text;
        let explained: BTreeSet<_> = names(&text).collect();
        assert_eq!(explained, laws, "{name}");
    }
}

#[test]
fn every_option_of_the_sqlite_store_is_explained() {
    let options = read("pericarp/src/store/sqlite/options.rs");
    let setters: BTreeSet<_> = after(&options, "pub fn ", '(')
        .chain(after(&options, "pub const fn ", '('))
        .filter(|name| !["new", "path"].contains(name))
        .collect();
    let text = page("sqlite.md").text;
    assert!(setters.len() > 5, "found only {setters:?}");
    for setter in setters {
        assert!(
            text.contains(&format!("| `{setter}`")),
            "no row for `{setter}`"
        );
    }
}

#[test]
fn the_page_on_the_doctor_has_every_code() {
    let mut codes = BTreeSet::new();
    for store in ["sqlite", "postgres"] {
        for file in files(&format!("pericarp/src/store/{store}/doctor"), "rs") {
            let text = fs::read_to_string(file).unwrap();
            let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
            codes.extend(
                lines
                    .flat_map(|line| line.split('"').skip(1).step_by(2))
                    .filter(|word| {
                        let halves = word.split_once('.');
                        halves.is_some_and(|(one, other)| {
                            let plain = |c: char| c.is_ascii_lowercase() || c == '_';
                            // The types of events that its statements are explained with.
                            one != "account"
                                && [one, other].iter().all(|half| half.chars().all(plain))
                        })
                    })
                    .map(str::to_owned),
            );
        }
    }
    let text = page("doctor.md").text;
    let explained: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|word| word.contains('.'))
        .map(str::to_owned)
        .collect();
    assert!(codes.len() > 20, "found only {codes:?}");
    assert_eq!(codes, explained);
}

#[test]
fn every_bar_is_explained() {
    let text = page("benchmarks.md").text;
    let mut count = 0;
    for file in files("benches/src/bin/bars", "rs") {
        let source = fs::read_to_string(file).unwrap();
        let Some((_, names)) = source.split_once("const NAMES: &[&str] =") else {
            continue;
        };
        for bar in after(names.split(';').next().unwrap(), "\"", '"').step_by(2) {
            count += 1;
            assert!(text.contains(&format!("| `{bar}`")), "no row for `{bar}`");
        }
    }
    assert!(count > 5, "found only {count} bars");
}

#[test]
fn every_feature_is_explained() {
    let manifest = read("pericarp/Cargo.toml");
    let features: BTreeSet<_> = manifest
        .split_once("[features]")
        .and_then(|(_, rest)| rest.split("\n[").next())
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| *name != "default" && !name.starts_with('#'))
        .collect();
    for path in ["README.md", "book/src/quickstart.md"] {
        let text = read(path);
        let table = text.split_once("| Feature |").unwrap().1;
        let explained: BTreeSet<_> = table
            .split("\n\n")
            .next()
            .unwrap()
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        assert_eq!(explained, features, "{path}");
    }
}

#[test]
fn every_program_that_a_page_names_is_there() {
    for path in ["tests/run", ".ci/run"] {
        assert!(read("CONTRIBUTING.md").contains(path));
        read(path);
    }
}

/// What stands between `start` and the next `end`, everywhere.
fn after<'t>(text: &'t str, start: &'t str, end: char) -> impl Iterator<Item = &'t str> {
    text.split(start)
        .skip(1)
        .map(move |rest| rest.split(end).next().unwrap_or_default())
}

/// Every `law_..` in a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("law_") && word.len() > 7)
}
