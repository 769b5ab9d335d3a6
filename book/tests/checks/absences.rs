//! The invariants that ARCHITECTURE.md states as absences.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::pages::{files, read, root};

/// The files under `folder` that are not in one of `except`.
fn sources(folder: &str, except: &[&str]) -> Vec<PathBuf> {
    let base = root().join(folder);
    let found: Vec<_> = files(folder, "rs")
        .into_iter()
        .filter(|file| {
            let path = file.strip_prefix(&base).unwrap();
            !except.iter().any(|name| path.starts_with(name))
        })
        .collect();
    assert!(!found.is_empty(), "there is no source in {folder}");
    found
}

/// No line of code in `files` holds one of `words`. Comments, which may say so, are not code.
#[track_caller]
fn check(files: Vec<PathBuf>, words: &[&str]) {
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (line, number) in text.lines().zip(1..) {
            let code = line.split("//").next().unwrap();
            for word in words {
                assert!(
                    !code.contains(word),
                    "{}:{number} names `{word}`: {line}",
                    file.display()
                );
            }
        }
    }
}

/// What is not the domain: what needs a store or a runtime, and the two files that join both.
const NOT_DOMAIN: &[&str] = &[
    "app",
    "cache",
    "config",
    "dispatcher",
    "metrics",
    "middleware",
    "query.rs",
    "requests",
    "routes",
    "store",
    "testing",
    "tower",
    "transfer",
    "workers",
    "lib.rs",
    "error.rs",
    "places.rs",
    "unwound.rs",
];

#[test]
fn nothing_in_the_domain_knows_a_store_or_a_runtime() {
    check(
        sources("pericarp/src", NOT_DOMAIN),
        &[
            "crate::store",
            "crate::app",
            "tokio",
            "rusqlite",
            "sqlx",
            "backon",
            "async ",
        ],
    );
}

#[test]
fn the_domain_depends_on_no_runtime_and_no_database() {
    for features in ["", "derive"] {
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--offline",
                "-p",
                "pericarp",
                "-e",
                "normal",
                "--prefix",
                "none",
            ])
            .args(["--no-default-features", "--features", features])
            .current_dir(root())
            .output()
            .unwrap();
        let tree = String::from_utf8_lossy(&output.stdout);
        assert!(
            tree.contains("serde_json"),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        for absent in ["tokio", "rusqlite", "libsqlite3-sys", "sqlx", "backon"] {
            let found = tree
                .lines()
                .any(|line| line.starts_with(&format!("{absent} ")));
            assert!(
                !found,
                "the domain with features {features:?} depends on {absent}"
            );
        }
    }
}

#[test]
fn no_request_and_no_middleware_knows_a_runtime_or_boxes_a_future() {
    let words = [
        "tokio",
        "rusqlite",
        "sqlx",
        "Box<dyn Future",
        "Pin<Box",
        "BoxFuture",
    ];
    check(sources("pericarp/src/middleware", &[]), &words);
    check(sources("pericarp/src/requests", &[]), &words);
}

#[test]
fn nothing_in_a_store_knows_an_aggregate() {
    check(
        sources("pericarp/src/store", &[]),
        &[
            "Aggregate",
            "Root",
            "Repository",
            "crate::app",
            "DecodeEvent",
        ],
    );
}

#[test]
fn nothing_outside_the_sqlite_store_knows_sqlite() {
    check(sources("pericarp/src", &["store/sqlite"]), &["rusqlite"]);
}

#[test]
fn nothing_is_unsafe_but_what_reads_a_row_of_sqlite() {
    let words = ["unsafe ", "unsafe_code"];
    let except = ["store/sqlite/statement.rs"];
    check(sources("pericarp/src", &except), &words);
    check(sources("pericarp-derive/src", &[]), &words);
}

#[test]
fn nothing_in_a_transfer_knows_which_store_it_is() {
    check(
        sources("pericarp/src/transfer", &[]),
        &[
            "SqliteStore",
            "PostgresStore",
            "MemoryStore",
            "store::sqlite",
            "store::postgres",
        ],
    );
}

#[test]
fn nothing_outside_the_postgres_store_knows_postgresql() {
    let words = ["Pg", "sqlx::postgres", "sqlx::Postgres"];
    check(sources("pericarp/src", &["store/postgres"]), &words);
}

#[test]
fn the_postgres_store_begins_no_transaction_of_a_pool() {
    // A `begin` that is given up leaves sqlx 0.9.0 with a transaction that nobody ends.
    let files = sources("pericarp/src/store/postgres", &[]);
    check(files, &[".begin(", ".begin_with("]);
}

#[test]
fn no_notification_is_sent_in_the_transaction_of_an_append() {
    for file in files("pericarp/src/store/postgres/migrations", "sql") {
        let sql = fs::read_to_string(file).unwrap().to_lowercase();
        assert!(!sql.contains("notify"));
    }
}

#[test]
fn no_statement_of_a_store_changes_or_removes_an_event() {
    let words = [
        "UPDATE pericarp_",
        "UPDATE {schema}",
        "UPDATE @schema@",
        "DELETE FROM",
        "TRUNCATE {schema}",
        "OR REPLACE",
        "OR IGNORE",
        // An insert that finds its position taken stores nothing, and the store looks at the count.
        "ON CONFLICT DO",
        "DO UPDATE",
    ];
    // Snapshots are no part of the log, and what replaces them does not name it.
    let snapshots = ["sqlite/snapshot.rs", "postgres/snapshot.rs"];
    check(sources("pericarp/src/store", &snapshots), &words);
    for file in snapshots {
        let file = root().join("pericarp/src/store").join(file);
        check(
            vec![file],
            &["pericarp_events", "UPDATE {schema}", "DELETE FROM"],
        );
    }
    for file in files("pericarp/src/store/postgres/migrations", "sql") {
        let sql = fs::read_to_string(file).unwrap();
        for word in words {
            assert!(!sql.contains(word), "{word}");
        }
    }
}

#[test]
fn no_event_passes_through_a_dyn() {
    // The error of a step from an older version is the application's own; no event is in it.
    let except = [NOT_DOMAIN, &["clock.rs", "decode_error.rs"]].concat();
    check(sources("pericarp/src", &except), &["dyn "]);
    check(sources("pericarp/src/transfer", &[]), &["dyn "]);
}

#[test]
fn no_payload_passes_through_a_value() {
    // The schema lock names it as what a field may be; no payload comes there.
    let except = ["metadata.rs", "schema", "store/sqlite", "testing"];
    let files = sources("pericarp/src", &except);
    check(files, &["serde_json::Value", "Map, Value", "json!"]);
    check(
        sources("pericarp/src/store/sqlite", &[]),
        &["serde_json::Value", "json!"],
    );
}

#[test]
fn nothing_but_the_clock_asks_for_the_time_or_makes_an_id() {
    check(
        sources("pericarp/src", &["clock.rs"]),
        &[
            "SystemTime::now",
            "now_utc",
            "Uuid::now_v7",
            "Uuid::new_v4",
            "Timestamp::now",
        ],
    );
}

#[test]
fn no_stage_of_the_derives_knows_the_next() {
    check(
        sources("pericarp-derive/src/parse", &[]),
        &["crate::check", "crate::expand"],
    );
    check(
        sources("pericarp-derive/src/check", &[]),
        &["crate::expand"],
    );
    check(
        sources("pericarp-derive/src/expand", &[]),
        &["crate::errors", "crate::messages"],
    );
}

#[test]
fn nothing_but_the_two_libraries_is_published() {
    let manifest = read("Cargo.toml");
    let members = manifest
        .split_once("members = [")
        .map(|(_, rest)| rest.split(']').next().unwrap())
        .unwrap();
    for member in members.split(',').map(|name| name.trim().trim_matches('"')) {
        if member.is_empty() {
            continue;
        }
        let manifest = read(&format!("{member}/Cargo.toml"));
        let is_published = !manifest.contains("publish = false");
        let is_library = ["pericarp", "pericarp-derive"].contains(&member);
        assert_eq!(is_published, is_library, "{member}");
    }
}
