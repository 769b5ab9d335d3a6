//! What is well with a log.

use pericarp::doctor::{Depth, Severity};
use pericarp::store::SqliteStore;
use rusqlite::Connection;

use crate::Outcome;

#[tokio::test]
async fn a_log_is_examined() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bank.db");
    // ANCHOR: examine
    let store = SqliteStore::open(&path).await?;
    let report = store.doctor(Depth::Quick).await?;
    print!("{report}");
    assert!(report.is_healthy());
    // ANCHOR_END: examine

    let client = Connection::open(&path)?;
    client.execute_batch("DROP TRIGGER pericarp_events_no_delete")?;
    let report = store.doctor(Depth::Thorough).await?;
    // ANCHOR: findings
    for finding in report.at_least(Severity::Warning) {
        eprintln!("{}: {}; {}", finding.code, finding.what, finding.fix);
        if let Some(sql) = &finding.sql {
            client.execute_batch(sql)?;
        }
    }
    // ANCHOR_END: findings
    assert!(!report.is_healthy());
    assert!(store.doctor(Depth::Thorough).await?.is_healthy());
    Ok(())
}
