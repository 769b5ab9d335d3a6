//! The doctor of a log in PostgreSQL names every fault that can be injected, and what to do about
//! it.

use pericarp::doctor::{Depth, Finding, Report, Severity};
use pericarp::store::postgres::PostgresOptions;
use pericarp::store::{Durability, PostgresStore, ReadError, ReadLog, Store};
use pericarp::{Expected, Page};
use pericarp_tests::postgres::{Database, Options, Server};
use pericarp_tests::{chain, commit_to};
use sqlx::{AssertSqlSafe, Executor};

struct Patient {
    database: Database,
    store: PostgresStore,
}

impl Patient {
    /// A store on a log with some events.
    async fn new() -> Self {
        let database = Server::shared().database().await;
        let store = PostgresStore::open(&database.url().to_string())
            .await
            .unwrap();
        fill(&store).await;
        Self { database, store }
    }

    async fn run(&self, sql: &str) {
        let mut client = self.database.connect().await;
        if let Err(error) = client.execute(AssertSqlSafe(sql.to_owned())).await {
            panic!("{error}:\n{sql}");
        }
    }

    async fn examine(&self) -> Report {
        self.store.doctor(Depth::Thorough).await.unwrap()
    }

    /// Runs `fault`, and looks that the doctor names it and that what he says heals it.
    async fn inject(fault: &str, severity: Severity, code: &str, names: &str) {
        let patient = Self::new().await;
        patient.run(fault).await;
        let report = patient.examine().await;
        let complaint = only_complaint(&report, severity, code);
        assert!(complaint.what.contains(names), "{report}");
        let sql = complaint
            .sql
            .as_deref()
            .unwrap_or_else(|| panic!("no SQL in {report}"));
        patient.run(sql).await;
        let healed = patient.examine().await;
        assert!(complaints(&healed).is_empty(), "after {sql}: {healed}");
        let commit = commit_to("a", Expected::Any, 2);
        patient.store.append(commit).await.unwrap();
    }
}

async fn fill(store: &PostgresStore) {
    for key in ["a", "b", "a"] {
        let commit = commit_to(key, Expected::Any, 3);
        store.append(commit).await.unwrap();
    }
}

/// What is not well, but for the settings of a server that is thrown away.
fn complaints(report: &Report) -> Vec<&Finding> {
    report
        .at_least(Severity::Note)
        .filter(|finding| finding.code != "durability.unsafe")
        .collect()
}

#[track_caller]
fn only_complaint<'r>(report: &'r Report, severity: Severity, code: &str) -> &'r Finding {
    let complaints = complaints(report);
    let [one] = complaints[..] else {
        panic!("not one complaint: {report}");
    };
    assert_eq!((one.severity, one.code), (severity, code), "{report}");
    assert!(!one.fix.is_empty(), "{report}");
    one
}

#[tokio::test]
async fn a_log_that_is_well_has_no_complaint() {
    let server = Server::start_own(Options::new().durable()).await;
    let database = server.database().await;
    let store = PostgresStore::open(&database.url().to_string())
        .await
        .unwrap();
    fill(&store).await;
    for depth in [Depth::Quick, Depth::Thorough] {
        let report = store.doctor(depth).await.unwrap();
        assert_eq!(report.worst(), Severity::Ok, "{report}");
        assert!(report.findings().len() > 10 && report.figures().len() > 5);
        assert!(report.place().contains(database.name()));
    }
    store.close().await;
    let closed = store.doctor(Depth::Quick).await;
    assert!(matches!(closed, Err(ReadError::Closed)), "{closed:?}");
}

#[tokio::test]
async fn a_server_that_does_not_flush_is_an_error() {
    let patient = Patient::new().await;
    let report = patient.examine().await;
    // The shared server of the tests is set so.
    let unsafe_ = report
        .findings()
        .iter()
        .find(|finding| finding.what.contains("`fsync` is off"));
    assert_eq!(
        unsafe_.map(|finding| finding.severity),
        Some(Severity::Error),
        "{report}"
    );
    assert!(!report.is_healthy());
}

#[tokio::test]
async fn indexes_that_are_gone_are_named() {
    for index in ["pericarp_events_type", "pericarp_events_time"] {
        let drop = format!("DROP INDEX {index}");
        Patient::inject(&drop, Severity::Warning, "schema.missing", index).await;
    }
    for constraint in [
        "pericarp_events_stream_version_key",
        "pericarp_events_id_key",
    ] {
        let drop = format!("ALTER TABLE pericarp_events DROP CONSTRAINT {constraint}");
        Patient::inject(&drop, Severity::Error, "schema.missing", constraint).await;
    }
}

#[tokio::test]
async fn triggers_and_functions_that_are_not_as_shipped_are_named() {
    for (fault, code, name) in [
        (
            "DROP TRIGGER pericarp_events_append_only ON pericarp_events",
            "schema.missing",
            "pericarp_events_append_only",
        ),
        (
            "ALTER TABLE pericarp_streams DISABLE TRIGGER pericarp_streams_append_only",
            "schema.altered",
            "pericarp_streams_append_only",
        ),
        (
            "CREATE OR REPLACE FUNCTION pericarp_position_before(moment bigint) RETURNS bigint
             LANGUAGE sql STABLE AS 'SELECT 0::bigint'",
            "schema.altered",
            "pericarp_position_before",
        ),
    ] {
        Patient::inject(fault, Severity::Error, code, name).await;
    }
}

#[tokio::test]
async fn what_others_added_is_noted() {
    let patient = Patient::new().await;
    patient
        .run("CREATE INDEX mine ON pericarp_events (occurred_at)")
        .await;
    let report = patient.examine().await;
    let complaint = only_complaint(&report, Severity::Note, "schema.added");
    assert!(complaint.what.contains("`mine`"), "{report}");
}

#[tokio::test]
async fn a_newer_schema_is_named() {
    let patient = Patient::new().await;
    patient
        .run("INSERT INTO pericarp_schema (version) VALUES (1000)")
        .await;
    let report = patient.examine().await;
    only_complaint(&report, Severity::Error, "schema.newer");
}

#[tokio::test]
async fn who_holds_the_append_lock_is_named_and_can_be_ended() {
    let patient = Patient::new().await;
    let mut holder = patient.database.connect().await;
    holder
        .execute("SET application_name = 'forgotten'; BEGIN; SELECT pericarp_lock()")
        .await
        .unwrap();
    let report = patient.examine().await;
    let complaint = only_complaint(&report, Severity::Warning, "lock.held");
    assert!(complaint.what.contains("`forgotten`"), "{report}");
    patient.run(complaint.sql.as_deref().unwrap()).await;
    let commit = commit_to("a", Expected::Any, 1);
    patient.store.append(commit).await.unwrap();
}

#[tokio::test]
async fn events_that_somebody_put_there_are_found_by_a_thorough_look() {
    let forge = "BEGIN; SELECT pericarp_lock();
        INSERT INTO pericarp_events (position, stream, version, occurred_at, recorded_at, id,
            schema_version, ordinal, type, data, metadata)
        SELECT max(position) + 1, STREAM, VERSION, 0, RECORDED, gen_random_uuid(), SCHEMA, 0, 't', '{}', 'META'
        FROM pericarp_events; COMMIT";
    let now = "max(recorded_at)";
    for (stream, version, schema, recorded, metadata, code) in [
        ("777", "1", "1", now, "{}", "integrity.streams"),
        ("1", "100", "1", now, "{}", "integrity.versions"),
        ("1", "7", "4294967297", now, "{}", "integrity.values"),
        ("1", "7", "-1", now, "{}", "integrity.values"),
        ("1", "7", "1", "1", "{}", "integrity.order"),
        ("1", "7", "1", now, "[]", "integrity.payloads"),
    ] {
        let patient = Patient::new().await;
        let sql = forge
            .replace("STREAM", stream)
            .replace("VERSION", version)
            .replace("SCHEMA", schema)
            .replace("RECORDED", recorded)
            .replace("META", metadata);
        patient.run(&sql).await;
        let quick = patient.store.doctor(Depth::Quick).await.unwrap();
        assert!(complaints(&quick).is_empty(), "{quick}");
        let report = patient.examine().await;
        only_complaint(&report, Severity::Error, code);
        if code == "integrity.values" {
            let read = patient.store.read(ReadLog::all().into(), Page::new());
            let refused = read.await.unwrap_err();
            assert!(chain(&refused).contains("column 2"), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn relaxed_durability_is_noted() {
    let database = Server::shared().database().await;
    let options = PostgresOptions::parse(&database.url().to_string()).unwrap();
    let options = options.durability(Durability::Relaxed);
    let store = PostgresStore::open_with(options).await.unwrap();
    let report = store.doctor(Depth::Quick).await.unwrap();
    only_complaint(&report, Severity::Note, "durability.relaxed");
}

#[tokio::test]
async fn a_user_without_temporary_tables_hears_that_the_schema_was_not_compared() {
    let patient = Patient::new().await;
    let name = patient.database.name();
    let role = format!("reader_{name}");
    patient
        .run(&format!(
            "REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC; CREATE ROLE {role} LOGIN;
             GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {role}"
        ))
        .await;
    let url = patient.database.url().clone().user(&role, "secret");
    let store = PostgresStore::open(&url.to_string()).await.unwrap();
    let report = store.doctor(Depth::Quick).await.unwrap();
    only_complaint(&report, Severity::Note, "schema.not_compared");
    store.close().await;
    patient
        .run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}
