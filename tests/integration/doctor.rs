//! The doctor names every fault that can be injected, and what to do about it.

use std::future::{Future, poll_fn};
use std::io::{Seek, SeekFrom, Write};
use std::pin::pin;
use std::task::Poll;

use pericarp::Expected;
use pericarp::doctor::{Depth, Finding, Report, Severity};
use pericarp::store::sqlite::{Durability, SqliteOptions, WhenFull};
use pericarp::store::{ReadError, SqliteStore, Store};
use pericarp_tests::{commit_of, commit_to};

use crate::conformance_sqlite::LogFile;

/// A store on a log with some events.
async fn patient(log: &LogFile) -> SqliteStore {
    patient_with(SqliteOptions::new(log.path())).await
}

async fn patient_with(options: SqliteOptions) -> SqliteStore {
    let store = SqliteStore::open_with(options).await.unwrap();
    for key in ["a", "b", "a"] {
        let commit = commit_to(key, Expected::Any, 3);
        store.append(commit).await.unwrap();
    }
    store
}

/// Enough events, all of one type, for their indexes to matter.
async fn long_patient(log: &LogFile) -> SqliteStore {
    let store = patient(log).await;
    for key in ["a", "c"] {
        let commit = commit_to(key, Expected::Any, 1_000);
        store.append(commit).await.unwrap();
    }
    store
}

async fn examine(store: &SqliteStore) -> Report {
    store.doctor(Depth::Thorough).await.unwrap()
}

/// What is not well.
fn complaints(report: &Report) -> Vec<&Finding> {
    report.at_least(Severity::Note).collect()
}

#[track_caller]
fn only_complaint<'r>(report: &'r Report, severity: Severity, code: &str) -> &'r Finding {
    let complaints = complaints(report);
    let [one] = complaints[..] else {
        panic!("not one complaint: {report}");
    };
    assert_eq!((one.severity, one.code), (severity, code), "{report}");
    assert!(!one.fix.is_empty(), "{report}");
    let text = report.to_string();
    for part in [one.code, &one.what, &one.fix, severity.name()] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    one
}

/// Runs `fault` on the log of a store, and looks that the doctor names it and its SQL heals it.
async fn inject(fault: &str, severity: Severity, code: &str, names: &str) {
    let log = LogFile::new();
    let store = patient(&log).await;
    log.client().execute_batch(fault).unwrap();
    let report = examine(&store).await;
    assert_eq!(report.is_healthy(), severity < Severity::Error, "{report}");
    let complaint = only_complaint(&report, severity, code);
    assert!(complaint.what.contains(names), "{report}");
    let sql = complaint.sql.as_deref().unwrap();
    log.client().execute_batch(sql).unwrap();
    let healed = examine(&store).await;
    assert!(complaints(&healed).is_empty(), "after {sql}: {healed}");
}

#[tokio::test]
async fn a_log_that_is_well_has_no_complaint() {
    let log = LogFile::new();
    let store = patient(&log).await;
    for depth in [Depth::Quick, Depth::Thorough] {
        let report = store.doctor(depth).await.unwrap();
        assert!(report.is_healthy());
        assert_eq!(report.worst(), Severity::Ok, "{report}");
        assert!(report.findings().len() > 6 && report.figures().len() > 6);
        assert!(report.place().ends_with("log.db"));
        for finding in &report {
            assert!(finding.fix.is_empty() && finding.sql.is_none());
        }
    }
    let report = examine(&store).await;
    let text = report.to_string();
    for part in ["integrity.file", "last position", "events", "9", "MiB"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[tokio::test]
async fn what_is_dropped_is_named_with_the_sql_that_restores_it() {
    let log = LogFile::new();
    let _store = patient(&log).await;
    let objects: Vec<(String, String)> = log
        .client()
        .prepare("SELECT type, name FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(objects.len() >= 8, "{objects:?}");
    for (kind, name) in objects {
        let severity = match kind.as_str() {
            "index" => Severity::Warning,
            _ => Severity::Error,
        };
        let fault = format!("DROP {kind} {name}");
        inject(&fault, severity, "schema.missing", &name).await;
    }
}

#[tokio::test]
async fn what_is_altered_or_added_is_named() {
    inject(
        "DROP TRIGGER pericarp_events_no_delete;
         CREATE TRIGGER pericarp_events_no_delete BEFORE DELETE ON pericarp_events
         WHEN OLD.position < 0 BEGIN SELECT RAISE(ABORT, 'no'); END",
        Severity::Error,
        "schema.altered",
        "pericarp_events_no_delete",
    )
    .await;
    inject(
        "DROP INDEX pericarp_events_by_type;
         CREATE INDEX pericarp_events_by_type ON pericarp_events (type, occurred_at)",
        Severity::Error,
        "schema.altered",
        "pericarp_events_by_type",
    )
    .await;
    inject(
        "CREATE INDEX mine ON pericarp_events (occurred_at)",
        Severity::Note,
        "schema.added",
        "mine",
    )
    .await;
    inject(
        "CREATE TABLE audit (a); CREATE TRIGGER mine AFTER INSERT ON pericarp_events
         BEGIN INSERT INTO audit VALUES (NEW.id); END",
        Severity::Note,
        "schema.added",
        "mine",
    )
    .await;
    inject(
        "CREATE TABLE large (a); INSERT INTO large VALUES (zeroblob(9000000)); DROP TABLE large",
        Severity::Note,
        "file.free_pages",
        "pages are free",
    )
    .await;
}

/// The planner took the log for one type after `ANALYZE` on a log with few types, and walked
/// through all of it from then on.
#[tokio::test]
async fn statistics_do_not_mislead() {
    let log = LogFile::new();
    let store = long_patient(&log).await;
    for statistics in [
        "ANALYZE",
        "DELETE FROM sqlite_stat1;
         INSERT INTO sqlite_stat1 VALUES
             ('pericarp_events', 'pericarp_events_by_type', '10000000 10000000')",
        "DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES ('pericarp_events', NULL, '1')",
    ] {
        log.client().execute_batch(statistics).unwrap();
        let report = examine(&store).await;
        assert!(complaints(&report).is_empty(), "{statistics}: {report}");
    }
}

/// SQLite goes through a table of one or two events rather than by its key, and does so still when
/// it has grown.
#[tokio::test]
async fn statistics_of_a_log_with_hardly_an_event_are_named() {
    let log = LogFile::new();
    let store = SqliteStore::open(log.path()).await.unwrap();
    store
        .append(commit_to("a", Expected::Any, 1))
        .await
        .unwrap();
    log.client().execute_batch("ANALYZE").unwrap();
    for key in ["a", "b"] {
        let commit = commit_to(key, Expected::Any, 1_000);
        store.append(commit).await.unwrap();
    }
    let report = examine(&store).await;
    let complaint = only_complaint(&report, Severity::Warning, "plan.slow");
    assert!(complaint.what.contains("reading the log"), "{report}");
    let sql = complaint.sql.as_deref().unwrap();
    log.client().execute_batch(sql).unwrap();
    let healed = examine(&store).await;
    assert!(complaints(&healed).is_empty(), "{healed}");
}

#[tokio::test]
async fn an_index_that_leads_sqlite_astray_is_named() {
    let log = LogFile::new();
    let store = long_patient(&log).await;
    log.client()
        .execute_batch(
            "CREATE INDEX mine ON pericarp_events
                 (stream, version, type, schema_version, occurred_at, data, metadata, id, ordinal,
                  recorded_at)",
        )
        .unwrap();
    let report = examine(&store).await;
    let [added, slow] = complaints(&report)[..] else {
        panic!("{report}");
    };
    assert_eq!((added.code, slow.code), ("schema.added", "plan.slow"));
    assert!(slow.what.contains("reading a stream"), "{report}");
    let sql = added.sql.as_deref().unwrap();
    log.client().execute_batch(sql).unwrap();
    let healed = examine(&store).await;
    assert!(complaints(&healed).is_empty(), "{healed}");
}

#[tokio::test]
async fn a_newer_schema_is_named() {
    let log = LogFile::new();
    let store = patient(&log).await;
    log.client()
        .execute("INSERT INTO pericarp_schema (version) VALUES (1000)", [])
        .unwrap();
    let report = examine(&store).await;
    let complaint = only_complaint(&report, Severity::Error, "schema.newer");
    assert!(complaint.what.contains("1000"), "{report}");
}

#[tokio::test]
async fn a_write_ahead_log_that_cannot_be_started_anew_is_named_with_who_has_it_open() {
    let log = LogFile::new();
    let store = patient_with(SqliteOptions::new(log.path()).checkpoint_pages(8)).await;
    let reader = log.client();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM pericarp_events")
        .unwrap();
    let large = format!(r#""{}""#, "x".repeat(1 << 20));
    for _ in 0..10 {
        let commit = commit_of("large", Expected::Any, 1, &large);
        store.append(commit).await.unwrap();
    }
    let report = examine(&store).await;
    let complaint = only_complaint(&report, Severity::Warning, "wal.large");
    let me = std::process::id().to_string();
    assert!(complaint.what.contains(&me), "{report}");
    drop(reader);
    let sql = complaint.sql.as_deref().unwrap();
    log.client().execute_batch(sql).unwrap();
    let healed = examine(&store).await;
    assert!(complaints(&healed).is_empty(), "{healed}");
}

#[tokio::test]
async fn durability_that_is_relaxed_is_noted() {
    let log = LogFile::new();
    let options = SqliteOptions::new(log.path()).durability(Durability::Relaxed);
    let report = examine(&patient_with(options).await).await;
    only_complaint(&report, Severity::Note, "durability.relaxed");
}

/// What a client can do that drops the triggers first.
#[tokio::test]
async fn events_that_were_tampered_with_are_found_by_a_thorough_look_only() {
    for (fault, code, names) in [
        (
            "UPDATE pericarp_events SET version = 7 WHERE version = 6",
            "integrity.versions",
            "test-a",
        ),
        (
            "UPDATE pericarp_events SET schema_version = 4294967297 WHERE position = 5",
            "integrity.values",
            "position 5",
        ),
        (
            "UPDATE pericarp_events SET ordinal = -1 WHERE position = 4",
            "integrity.values",
            "position 4",
        ),
        (
            "UPDATE pericarp_events SET id = x'01' WHERE position = 2",
            "integrity.values",
            "position 2",
        ),
        (
            "UPDATE pericarp_events SET recorded_at = 1 WHERE position = 5",
            "integrity.order",
            "position 5",
        ),
        (
            "UPDATE pericarp_events SET data = '{' WHERE position = 2",
            "integrity.payloads",
            "position 2",
        ),
        (
            "UPDATE pericarp_events SET metadata = '[]' WHERE position = 3",
            "integrity.payloads",
            "position 3",
        ),
        (
            "UPDATE pericarp_events SET metadata = 'no' WHERE position = 4",
            "integrity.payloads",
            "position 4",
        ),
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM pericarp_streams WHERE name = 'test-b'",
            "integrity.streams",
            "position 4",
        ),
    ] {
        let log = LogFile::new();
        let store = patient(&log).await;
        let client = log.client();
        client
            .set_db_config(
                rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER,
                false,
            )
            .unwrap();
        client.execute_batch(fault).unwrap();
        let quick = store.doctor(Depth::Quick).await.unwrap();
        assert!(complaints(&quick).is_empty(), "{fault}: {quick}");
        let report = examine(&store).await;
        let complaint = only_complaint(&report, Severity::Error, code);
        assert!(complaint.what.contains(names), "{fault}: {report}");
    }
}

#[tokio::test]
async fn a_file_that_is_damaged_is_found() {
    let log = LogFile::new();
    let store = patient(&log).await;
    store.close().await;
    let client = log.client();
    let page: u64 = client
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'pericarp_events_by_type'",
            [],
            |row| row.get::<_, u32>(0),
        )
        .unwrap()
        .into();
    drop(client);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .open(log.path())
        .unwrap();
    file.seek(SeekFrom::Start((page - 1) * 4_096)).unwrap();
    file.write_all(&[0xff; 4_096]).unwrap();
    drop(file);
    let store = SqliteStore::open(log.path()).await.unwrap();
    let report = examine(&store).await;
    assert!(!report.is_healthy(), "{report}");
    assert!(
        report
            .at_least(Severity::Error)
            .any(|finding| finding.code == "integrity.file"),
        "{report}"
    );
}

#[tokio::test]
async fn appends_that_pile_up_are_named_and_are_not_waited_for() {
    let log = LogFile::new();
    let store = patient_with(SqliteOptions::new(log.path()).queue(4, WhenFull::Wait)).await;
    let lock = log.client();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut waiting = Vec::new();
    for _ in 0..9 {
        let store = store.clone();
        waiting.push(tokio::spawn(async move {
            store.append(commit_to("a", Expected::Any, 1)).await
        }));
    }
    // The writer takes what it finds and waits for the lock; the others fill the queue then.
    let report = loop {
        let report = store.doctor(Depth::Quick).await.unwrap();
        if !complaints(&report).is_empty() {
            break report;
        }
        tokio::task::yield_now().await;
    };
    let complaint = only_complaint(&report, Severity::Warning, "queue.appends");
    assert!(complaint.what.contains("4 of at most 4"), "{report}");
    drop(lock);
    for append in waiting {
        append.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_store_that_is_closed_says_so_and_who_gives_up_stops_the_examination() {
    let log = LogFile::new();
    let store = patient(&log).await;
    for polls in 0..20 {
        let mut examination = pin!(store.doctor(Depth::Thorough));
        for _ in 0..polls {
            let polled = poll_fn(|context| Poll::Ready(examination.as_mut().poll(context))).await;
            if polled.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    assert!(examine(&store).await.is_healthy());
    store.close().await;
    let closed = store.doctor(Depth::Quick).await;
    assert!(matches!(closed, Err(ReadError::Closed)), "{closed:?}");
}
