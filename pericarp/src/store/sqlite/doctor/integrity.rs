use rusqlite::{Connection, ErrorCode};

use crate::doctor::{Amount, Finding, Report};

const RESTORE: &str = "restore the last backup into another file, and find out what wrote to this \
                       one; nothing that Pericarp does leaves this behind";

/// Looks at every event. Each question gives a row per mistake, a few at most.
pub(super) fn examine(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    for (code, well, question) in [
        (
            "integrity.file",
            "the file is sound",
            "SELECT quick_check FROM pragma_quick_check WHERE quick_check <> 'ok' LIMIT 10",
        ),
        (
            "integrity.streams",
            "every event has its stream",
            "SELECT 'position ' || rowid FROM pragma_foreign_key_check('pericarp_events') LIMIT 10",
        ),
        (
            "integrity.versions",
            "the versions of every stream are dense",
            "SELECT 'stream ' || (SELECT name FROM pericarp_streams WHERE id = stream)
             FROM pericarp_events GROUP BY stream
             HAVING count(*) <> max(version) OR min(version) <> 1 LIMIT 10",
        ),
        (
            "integrity.values",
            "numbers and ids are in their ranges",
            "SELECT 'position ' || position FROM pericarp_events
             WHERE version < 1 OR schema_version NOT BETWEEN 0 AND 4294967295
                OR ordinal NOT BETWEEN 0 AND 4294967295 OR length(id) <> 16 LIMIT 10",
        ),
        (
            "integrity.order",
            "events were recorded in the order of the log",
            "SELECT 'position ' || position FROM (
                 SELECT position, recorded_at,
                        lag(recorded_at) OVER (ORDER BY position) AS before
                 FROM pericarp_events)
             WHERE recorded_at < before LIMIT 10",
        ),
        (
            "integrity.payloads",
            "payloads are JSON, and metadata JSON objects",
            "SELECT 'position ' || position FROM pericarp_events
             WHERE NOT json_valid(data)
                OR CASE WHEN json_valid(metadata) THEN json_type(metadata) <> 'object' ELSE 1 END
             LIMIT 10",
        ),
    ] {
        let mistakes = match answers(connection, question) {
            // A file that is not sound may not even be asked.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                vec![error.to_string()]
            }
            answers => answers?,
        };
        report.push(if mistakes.is_empty() {
            Finding::ok(code, well)
        } else {
            let what = format!("not so: {well}; see {}", mistakes.join(", "));
            Finding::error(code, what).fix(RESTORE)
        });
    }
    if !report.is_healthy() {
        return Ok(());
    }
    for (name, question) in [
        ("events", "SELECT count(*) FROM pericarp_events"),
        ("streams", "SELECT count(*) FROM pericarp_streams"),
    ] {
        let count: i64 = connection.query_row(question, [], |row| row.get(0))?;
        report.figure(name, Amount::Count(count.unsigned_abs()));
    }
    Ok(())
}

fn answers(connection: &Connection, question: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare(question)?
        .query_map([], |row| row.get(0))?
        .collect()
}
