use std::collections::BTreeMap;

use rusqlite::Connection;

use super::super::migrate::{MIGRATIONS, migrate};
use crate::doctor::{Finding, Report};

/// A table, an index or a trigger.
struct Object {
    kind: String,
    table: String,
    sql: String,
}

/// Compares the schema with the one that this build makes. Says whether all of it is there.
pub(super) fn examine(connection: &Connection, report: &mut Report) -> rusqlite::Result<bool> {
    let found: u32 = connection.query_row(
        "SELECT coalesce(max(version), 0) FROM pericarp_schema",
        [],
        |row| row.get(0),
    )?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        let what = format!("the schema has version {found}, and this build knows up to {known}");
        let newer = Finding::error("schema.newer", what);
        report.push(newer.fix("deploy the newer build here too"));
        return Ok(false);
    }
    if found < known {
        let what = format!("the schema has version {found}, and this build has {known}");
        let older = Finding::error("schema.older", what);
        report.push(older.fix("open the log with this build, which migrates it"));
        return Ok(false);
    }
    let what = format!("the schema has version {found}, the newest that this build knows");
    report.push(Finding::ok("schema.version", what));

    let (shipped, mut there) = (shipped()?, objects(connection)?);
    let mut complete = true;
    for (name, object) in &shipped {
        let there = there.remove(name);
        let finding = match &there {
            Some(there) if there.sql == object.sql => continue,
            Some(_) => altered(name, object),
            None => missing(name, object),
        };
        complete = false;
        report.push(finding);
    }
    if complete {
        let what = format!(
            "{} tables, indexes and triggers are there as shipped",
            shipped.len()
        );
        report.push(Finding::ok("schema.objects", what));
    }
    for (name, object) in there {
        if shipped.contains_key(&object.table) {
            report.push(added(&name, &object));
        }
    }
    Ok(complete)
}

fn missing(name: &str, object: &Object) -> Finding {
    let what = format!(
        "the {} `{name}` is not there: {}",
        object.kind,
        loss(object)
    );
    let finding = match object.kind.as_str() {
        "index" => Finding::warning("schema.missing", what),
        _ => Finding::error("schema.missing", what),
    };
    restored(finding, object, "")
}

fn altered(name: &str, object: &Object) -> Finding {
    let what = format!(
        "the {} `{name}` is not as shipped: {}",
        object.kind,
        loss(object)
    );
    let drop = format!("DROP {} {name};\n", object.kind.to_uppercase());
    restored(Finding::error("schema.altered", what), object, &drop)
}

fn restored(finding: Finding, object: &Object, first: &str) -> Finding {
    if object.kind == "table" {
        return finding.fix("restore the last backup; ask nothing more of this file");
    }
    finding
        .fix("make it as it was, with a client that may change the schema")
        .sql(format!("{first}{};", object.sql))
}

fn loss(object: &Object) -> &'static str {
    match object.kind.as_str() {
        "trigger" => "other clients can change the log",
        "index" => "reads by type go through the whole log",
        _ => "the log is not whole",
    }
}

fn added(name: &str, object: &Object) -> Finding {
    let (kind, table) = (&object.kind, &object.table);
    let effect = match kind.as_str() {
        "trigger" => "it fires for other clients, and not for the store's own writer",
        _ => "every append pays for it",
    };
    let what = format!("the {kind} `{name}` on `{table}` is not Pericarp's: {effect}");
    Finding::note("schema.added", what)
        .fix("drop it if nobody needs it")
        .sql(format!("DROP {} {name};", kind.to_uppercase()))
}

/// The schema of a new log.
fn shipped() -> rusqlite::Result<BTreeMap<String, Object>> {
    let mut connection = Connection::open_in_memory()?;
    // A new schema is not newer than itself.
    let migrated = migrate(&mut connection, MIGRATIONS);
    migrated.map_err(|error| error.sqlite().unwrap_or(rusqlite::Error::InvalidQuery))?;
    objects(&connection)
}

/// Everything that has SQL of its own. The indexes behind `UNIQUE` belong to their tables.
fn objects(connection: &Connection) -> rusqlite::Result<BTreeMap<String, Object>> {
    connection
        .prepare("SELECT name, type, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?
        .query_map([], |row| {
            let object = Object {
                kind: row.get(1)?,
                table: row.get(2)?,
                sql: row.get(3)?,
            };
            Ok((row.get(0)?, object))
        })?
        .collect()
}
