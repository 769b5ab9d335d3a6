use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::super::migrate::MIGRATIONS;
use super::super::statements::quoted;
use crate::doctor::{Finding, Report};

/// A column, an index, a constraint, a trigger or a function: its kind and name, and its
/// definition, in which `@schema@` stands for the schema.
type Objects = BTreeMap<(String, String), String>;

/// Compares the schema with the one that this build makes. Says whether all of it is there.
pub(super) async fn examine(
    connection: &mut PgConnection,
    schema: &str,
    report: &mut Report,
) -> sqlx::Result<bool> {
    if !version(connection, schema, report).await? {
        return Ok(false);
    }
    // So that definitions name the schema of everything.
    sqlx::raw_sql("SET search_path = pg_catalog")
        .execute(&mut *connection)
        .await?;
    let there = objects(connection, schema, &quoted(schema)).await?;
    let shipped = match shipped(connection).await {
        Ok(shipped) => shipped,
        Err(sqlx::Error::Database(error)) => {
            let what = format!("the schema could not be compared: {error}");
            let note = Finding::note("schema.not_compared", what);
            report.push(note.fix("grant this user TEMPORARY on the database, and look again"));
            return Ok(true);
        }
        Err(error) => return Err(error),
    };
    let mut whole = true;
    for (object, definition) in &shipped {
        let finding = match there.get(object) {
            Some(there) if there == definition => continue,
            Some(_) => differs("schema.altered", "is not as shipped", object),
            None => differs("schema.missing", "is not there", object),
        };
        whole = false;
        let heal = heal(schema, object, definition, there.contains_key(object));
        report.push(match heal {
            Some(sql) => finding
                .fix("make it as it was, as the owner of the tables")
                .sql(sql),
            None => finding.fix("restore the last backup into another database"),
        });
    }
    if whole {
        let what = format!(
            "{} columns, indexes, constraints, triggers and functions are there as shipped",
            shipped.len()
        );
        report.push(Finding::ok("schema.objects", what));
    }
    for object in there.keys().filter(|object| !shipped.contains_key(object)) {
        let (kind, name) = object;
        let what = format!("the {kind} `{name}` is not Pericarp's: every append pays for it");
        report.push(Finding::note("schema.added", what).fix("drop it if nobody needs it"));
    }
    Ok(whole)
}

async fn version(
    connection: &mut PgConnection,
    schema: &str,
    report: &mut Report,
) -> sqlx::Result<bool> {
    let sql = format!(
        "SELECT coalesce(max(version), 0) FROM {}.pericarp_schema",
        quoted(schema)
    );
    let found: i32 = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await?;
    let known = MIGRATIONS.len() as i32;
    let same = found == known;
    report.push(if found > known {
        let what = format!("the schema has version {found}, and this build knows up to {known}");
        Finding::error("schema.newer", what).fix("deploy the newer build here too")
    } else if same {
        let what = format!("the schema has version {found}, the newest that this build knows");
        Finding::ok("schema.version", what)
    } else {
        let what = format!("the schema has version {found}, and this build has {known}");
        Finding::error("schema.older", what).fix("open the log with this build, which migrates it")
    });
    Ok(same)
}

fn differs(code: &'static str, how: &str, (kind, name): &(String, String)) -> Finding {
    let effect = match kind.as_str() {
        "trigger" => "other clients can change the log",
        "index" => "reads or checks go through the whole log",
        "function" => "appends may not be in order",
        _ => "the log may not be whole",
    };
    let what = format!("the {kind} `{name}` {how}: {effect}");
    match kind.as_str() {
        "index" if code == "schema.missing" => Finding::warning(code, what),
        _ => Finding::error(code, what),
    }
}

/// SQL that makes an object as it was.
fn heal(
    schema: &str,
    (kind, name): &(String, String),
    definition: &str,
    replaces: bool,
) -> Option<String> {
    let (schema, sql) = (
        quoted(schema),
        definition.replace("@schema@", &quoted(schema)),
    );
    let table = if name.starts_with("pericarp_streams") {
        "pericarp_streams"
    } else {
        "pericarp_events"
    };
    let drop = |what: String| if replaces { what } else { String::new() };
    match kind.as_str() {
        "function" => Some(format!("{sql};")),
        "index" => Some(drop(format!("DROP INDEX {schema}.{name};\n")) + &sql + ";"),
        "trigger" => Some(drop(format!("DROP TRIGGER {name} ON {schema}.{table};\n")) + &sql + ";"),
        "constraint" => Some(format!(
            "{}ALTER TABLE {schema}.{table} ADD CONSTRAINT {name} {sql};",
            drop(format!(
                "ALTER TABLE {schema}.{table} DROP CONSTRAINT {name};\n"
            ))
        )),
        _ => None,
    }
}

/// The schema as it is after every step, made among the temporary tables and rolled back.
async fn shipped(connection: &mut PgConnection) -> sqlx::Result<Objects> {
    let made = async {
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
        for step in MIGRATIONS {
            let step = step.replace("@schema@", "pg_temp");
            sqlx::raw_sql(AssertSqlSafe(step))
                .execute(&mut *connection)
                .await?;
        }
        let name: String = sqlx::query_scalar(
            "SELECT nspname::text FROM pg_namespace WHERE oid = pg_my_temp_schema()",
        )
        .fetch_one(&mut *connection)
        .await?;
        objects(connection, &name, "pg_temp").await
    }
    .await;
    sqlx::raw_sql("ROLLBACK").execute(connection).await?;
    made
}

/// The log's objects in a schema. `written` is how the texts of functions name the schema.
async fn objects(
    connection: &mut PgConnection,
    schema: &str,
    written: &str,
) -> sqlx::Result<Objects> {
    let rows = sqlx::query(OBJECTS)
        .bind(schema)
        .fetch_all(connection)
        .await?;
    let mut objects = Objects::new();
    for row in rows {
        let definition: String = row.try_get(2)?;
        let definition = [written, &quoted(schema), schema]
            .iter()
            .fold(definition, |text, name| {
                text.replace(&format!("{name}."), "@schema@.")
            });
        objects.insert((row.try_get(0)?, row.try_get(1)?), definition);
    }
    Ok(objects)
}

/// $1: the schema.
const OBJECTS: &str = "
    WITH n AS (SELECT oid FROM pg_namespace WHERE nspname = $1),
         tables AS (SELECT c.oid, c.relname FROM pg_class AS c JOIN n ON n.oid = c.relnamespace
                    WHERE c.relname IN ('pericarp_events', 'pericarp_streams'))
    SELECT 'column', t.relname || '.' || a.attname,
           format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
    FROM tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', c.conname::text, pg_get_constraintdef(c.oid)
    FROM tables AS t JOIN pg_constraint AS c ON c.conrelid = t.oid WHERE c.contype <> 'n'
    UNION ALL
    SELECT 'index', i.relname::text, pg_get_indexdef(x.indexrelid)
               || CASE WHEN x.indisvalid THEN '' ELSE ' (invalid)' END
    FROM tables AS t JOIN pg_index AS x ON x.indrelid = t.oid JOIN pg_class AS i ON i.oid = x.indexrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = x.indexrelid)
    UNION ALL
    SELECT 'trigger', g.tgname::text, pg_get_triggerdef(g.oid)
               || CASE WHEN g.tgenabled = 'O' THEN '' ELSE ' (disabled)' END
    FROM tables AS t JOIN pg_trigger AS g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
    UNION ALL
    SELECT 'function', p.proname::text, pg_get_functiondef(p.oid)
    FROM pg_proc AS p JOIN n ON n.oid = p.pronamespace WHERE p.proname LIKE 'pericarp\\_%'";
