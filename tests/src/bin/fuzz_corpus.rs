//! Writes the payloads of a log, one of each form, as inputs of the fuzz target `decode`.
//!
//! ```text
//! cargo run --release --example loans
//! cargo run -p pericarp-tests --bin fuzz_corpus -- loans.db tests/fuzz/corpus/decode
//! ```

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use pericarp::RecordedEvent;
use pericarp::store::{ReadLog, SqliteStore, Store};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [log, folder] = arguments.as_slice() else {
        return Err("say which log to read, and which folder to write to".into());
    };
    let store = SqliteStore::open(log).await?;
    let mut forms = BTreeSet::new();
    let mut pages = store.pages(ReadLog::all());
    while let Some(page) = pages.next().await? {
        for record in page.events() {
            if forms.insert((record.event_type.to_owned(), form(record.data))) {
                write(Path::new(folder), &record)?;
            }
        }
    }
    println!("{} forms of payloads", forms.len());
    Ok(())
}

/// A payload without what differs from one event to the next: its digits.
fn form(data: &str) -> String {
    data.split(|c: char| c.is_ascii_digit()).collect()
}

fn write(folder: &Path, record: &RecordedEvent<'_>) -> std::io::Result<()> {
    let RecordedEvent {
        event_type,
        schema_version,
        data,
        ..
    } = record;
    // The first event of a form is the same in each run, and so is its file.
    let name = format!("{event_type}-{}", record.position);
    fs::write(
        folder.join(name),
        format!("{event_type} {schema_version}\n{data}"),
    )
}
