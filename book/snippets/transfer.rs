//! Whole logs, out of a store and into one.

use std::fs::File;

use pericarp::Expected;
use pericarp::store::{MemoryStore, SqliteStore, Store};
use pericarp::transfer::{Export, Import, ImportFault};
use pericarp_tests::commit_to;

use crate::Outcome;

async fn bank() -> Result<MemoryStore, Box<dyn std::error::Error>> {
    let store = MemoryStore::new();
    for _ in 0..3 {
        store.append(commit_to("ann", Expected::Any, 2)).await?;
    }
    Ok(store)
}

#[tokio::test]
async fn a_log_is_exported_and_imported() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bank.ndjson.gz");
    let store = bank().await?;
    // ANCHOR: export
    let exported = Export::of(&store)
        .progress(|so_far| eprintln!("{} events", so_far.events))
        .to_path(&path)
        .await?;
    println!("{} events in {} bytes", exported.events, exported.bytes);
    // ANCHOR_END: export
    let other = SqliteStore::open(folder.path().join("other.db")).await?;
    // ANCHOR: import
    let imported = Import::into(&other).from_path(&path).await?;
    println!("{} new, {} known", imported.added, imported.skipped);
    // ANCHOR_END: import
    assert_eq!((exported.events, imported.added), (6, 6));
    let again = Import::into(&other).from_path(&path).await?;
    assert_eq!((again.added, again.skipped), (0, 6));
    Ok(())
}

#[tokio::test]
async fn a_log_is_added_to_another() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("branch.ndjson");
    let branch = bank().await?;
    Export::of(&branch).to_path(&path).await?;
    let store = MemoryStore::new();
    store.append(commit_to("bob", Expected::Any, 1)).await?;
    // ANCHOR: renumber
    let file = File::open(&path)?;
    let imported = Import::into(&store).renumber().from_reader(file).await?;
    println!(
        "{} of them are recorded later than they were",
        imported.raised
    );
    // ANCHOR_END: renumber
    assert_eq!(store.head().await?.get(), 7);
    Ok(())
}

#[tokio::test]
async fn an_import_that_stopped_says_why() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bank.ndjson");
    let store = bank().await?;
    Export::of(&store).to_path(&path).await?;
    let whole = std::fs::read(&path)?;
    let half = folder.path().join("half.ndjson");
    std::fs::write(&half, &whole[..whole.len() / 2])?;
    let other = MemoryStore::new();
    // ANCHOR: stopped
    if let Err(error) = Import::into(&other).from_path(&half).await {
        println!("{} events are there", error.imported.added);
        if let ImportFault::Truncated { line, .. } = error.fault() {
            println!("the file ends at line {line}");
        }
    }
    // With the whole file it goes on where it stopped.
    let imported = Import::into(&other).from_path(&path).await?;
    // ANCHOR_END: stopped
    assert_eq!(imported.added + imported.skipped, 6);
    assert!(imported.skipped > 0);
    Ok(())
}
