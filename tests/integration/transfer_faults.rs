//! What goes wrong while a log is moved: files that were cut or changed, stores that fail.

use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use pericarp::Expected;
use pericarp::store::{MemoryStore, SqliteStore, Store};
use pericarp::testing::{Fault, Faulty};
use pericarp::transfer::{Export, ExportError, Import, ImportError, ImportFault};
use pericarp_tests::{chain, commit_of, commit_to, positions};
use rusqlite::Connection;

use crate::transfer::{Shared, export, import, small_log};

async fn fails(log: impl Into<Vec<u8>>) -> (ImportError, MemoryStore) {
    let store = MemoryStore::new();
    let reader = Cursor::new(log.into());
    let outcome = Import::into(&store).from_reader(reader).await;
    (outcome.unwrap_err(), store)
}

#[tokio::test]
async fn a_log_that_was_cut_within_a_character_was_cut() {
    let store = MemoryStore::new();
    let payload = commit_of("a", Expected::Any, 1, "\"é🦀\"");
    store.append(payload).await.unwrap();
    let log = export(&store, false).await;
    let crab = log
        .windows(4)
        .position(|four| four == "🦀".as_bytes())
        .unwrap();
    for cut in crab..crab + 4 {
        let (error, _) = fails(&log[..cut]).await;
        assert_eq!(error.code(), "import.truncated", "{}", chain(&error));
    }
}

#[tokio::test]
async fn a_log_that_was_renumbered_is_known_when_it_is_renumbered_again() {
    let log = export(&small_log().await, false).await;
    let store = MemoryStore::new();
    let own = commit_to("own", Expected::Any, 1);
    store.append(own).await.unwrap();
    let import = Import::into(&store).renumber();
    import.from_reader(Cursor::new(log.clone())).await.unwrap();
    let import = Import::into(&store).from_reader(Cursor::new(log));
    let error = import.await.unwrap_err();
    assert_eq!(error.code(), "bulk.recorded_elsewhere");
    assert!(
        chain(&error).contains("renumber again"),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn a_log_that_was_cut_anywhere_is_recognised_and_keeps_what_is_whole() {
    let source = small_log().await;
    let whole = positions(&source).await;
    for gzip in [false, true] {
        let log = export(&source, gzip).await;
        // Without the last line break it is whole.
        let complete = log.len() - usize::from(!gzip);
        for cut in 0..complete {
            let (error, store) = fails(&log[..cut]).await;
            let expected = match error.fault() {
                // The first line is not there.
                ImportFault::NotALog => cut < 40,
                ImportFault::Truncated { .. } => true,
                _ => false,
            };
            assert!(expected, "cut at {cut}: {}", chain(&error));
            let kept = positions(&store).await;
            assert!(
                [0, 1, 3].contains(&kept.len()),
                "{} are no commits",
                kept.len()
            );
            assert_eq!(kept, whole[..kept.len()]);
            assert_eq!(error.imported.added, kept.len() as u64);
            let rest = import(&store, &log).await;
            assert_eq!(
                (rest.added, rest.skipped),
                (6 - kept.len() as u64, kept.len() as u64)
            );
        }
        let store = MemoryStore::new();
        assert_eq!(import(&store, &log[..complete]).await.added, 6);
    }
}

/// Changes the lines of the small log, and expects this error.
async fn check(
    what: &str,
    change: impl FnOnce(&mut Vec<String>),
    code: &str,
    text: &str,
    kept: u64,
) {
    let log = String::from_utf8(export(&small_log().await, false).await).unwrap();
    let mut lines: Vec<String> = log.lines().map(str::to_owned).collect();
    change(&mut lines);
    let (error, store) = fails(lines.join("\n") + "\n").await;
    assert_eq!(error.code(), code, "{what}: {}", chain(&error));
    assert!(chain(&error).contains(text), "{what}: {}", chain(&error));
    assert_eq!(error.imported.added, kept, "{what}");
    assert_eq!(positions(&store).await.len() as u64, kept, "{what}");
}

/// In one line, another word.
fn say(line: usize, from: &str, to: &str) -> impl FnOnce(&mut Vec<String>) {
    move |lines| {
        let line = &mut lines[line - 1];
        assert!(line.contains(from), "{line}");
        *line = line.replacen(from, to, 1);
    }
}

#[tokio::test]
async fn a_first_line_that_is_not_the_header_is_refused() {
    let none = "the first line is not that of an exported log";
    check(
        "no header",
        |lines| drop(lines.remove(0)),
        "import.not_a_log",
        none,
        0,
    )
    .await;
    check("another", say(1, "log", "lag"), "import.not_a_log", none, 0).await;
    check("format 0", say(1, "1", "0"), "import.not_a_log", none, 0).await;
    let newer = "has format 2, and this build knows up to 1";
    check(
        "newer",
        say(1, "1", "2,\"new\":[]"),
        "import.newer_format",
        newer,
        0,
    )
    .await;
}

#[tokio::test]
async fn a_line_that_is_not_an_event_is_named_and_what_is_before_is_kept() {
    // It is the first event of the last commit, so that the commit before is not known to be whole.
    let cases = [
        ("\"data\"", "\"date\"", "column 207: unknown field `date`"),
        (
            "\"version\":2",
            "\"version\":-2",
            "invalid value: integer `-2`",
        ),
        (
            ",\"data\":{}",
            "",
            "neither `data` nor `data_text` is there",
        ),
        (
            "\"data\":{}",
            "\"data\":{},\"data_text\":\"{}\"",
            "both `data` and `data_text`",
        ),
        (
            "\"data\":{}",
            "\"data\":{},\"data\":{}",
            "duplicate field `data`",
        ),
        ("\"data\":{}", "\"data\":{,}", "key must be a string"),
        (
            "\"data\":{}",
            "\"data_text\":\"{\"",
            "the payload is not JSON",
        ),
        ("\"data\":{}", "\"data_text\":null", "invalid type: null"),
        (
            "\"metadata\":{}",
            "\"metadata\":[]",
            "the metadata is not a JSON object",
        ),
        ("\"id\":\"0", "\"id\":\"x", "UUID"),
        ("test-a", "test", "invalid stream name \"test\""),
        ("test.tested", "tes t", "invalid event type \"tes t\""),
        (
            "\"schema_version\":1",
            "\"schema_version\":0",
            "the schema version is 0",
        ),
        ("\"version\":2", "\"version\":0", "the version is 0"),
        (
            "\"position\":4",
            "\"position\":0",
            "position 0 is not after position 3",
        ),
        (
            "\"position\":4",
            "\"position\":3",
            "position 3 is not after position 3",
        ),
        (
            "\"position\":4",
            "\"position\":2305843009213693952",
            "the position is not from 1 to",
        ),
        (
            "\"ordinal\":0",
            "\"ordinal\":1",
            "ordinal 1 is neither 0 nor 2",
        ),
        (
            "\"recorded_at\":",
            "\"recorded_at\":0.5e-",
            "invalid type: floating point",
        ),
        ("}", "", "column"),
    ];
    for (from, to, text) in cases {
        check(to, say(5, from, to), "import.line", text, 1).await;
        let line = "line 5 is not a recorded event";
        check(to, say(5, from, to), "import.line", line, 1).await;
    }
    check(
        "a blank line",
        |lines| lines.insert(4, "".into()),
        "import.line",
        "line 5",
        1,
    )
    .await;
    let log = export(&small_log().await, false).await;
    let at = log.len() - 100;
    let (error, _) = fails([&log[..at], b"\xff", &log[at..]].concat()).await;
    assert!(
        chain(&error).contains("not UTF-8 from column"),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn lines_that_are_missing_or_too_many_are_told_by_the_last_line() {
    let missing = |lines: &mut Vec<String>| drop(lines.drain(4..7));
    let text = "counts 6 events up to position 6, and 3 up to position 3 came before it";
    check("a commit is missing", missing, "import.count", text, 1).await;
    let text = "line 9 comes after the end of the log";
    check(
        "two logs",
        |lines| lines.push(lines[0].clone()),
        "import.after_end",
        text,
        6,
    )
    .await;
    let text = "counts 7 events";
    check("another count", say(8, "6", "7"), "import.count", text, 3).await;
}

#[tokio::test]
async fn an_event_that_does_not_go_with_the_log_is_named_by_its_line() {
    let version = say(6, "\"version\":3", "\"version\":4");
    check(
        "a hole",
        version,
        "bulk.version_missing",
        "line 6 was refused: event ",
        0,
    )
    .await;
    let log = export(&small_log().await, false).await;
    let store = MemoryStore::new();
    store
        .append(commit_to("own", Expected::Any, 1))
        .await
        .unwrap();
    let error = Import::into(&store)
        .from_reader(Cursor::new(log))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "bulk.position_taken");
    let text = chain(&error);
    for part in [
        "line 2",
        "version 1 of stream test-a at position 1",
        "renumber",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_compressed_log_that_is_damaged_is_an_error_of_the_input() {
    let mut log = export(&small_log().await, true).await;
    let middle = log.len() / 2;
    log[middle] ^= 0x55;
    let (error, _) = fails(log).await;
    let is_told = ["import.input", "import.line"].contains(&error.code());
    assert!(is_told, "{}", chain(&error));
}

#[tokio::test]
async fn a_batch_whose_outcome_is_unknown_is_found_out_by_importing_again() {
    let log = export(&small_log().await, false).await;
    for (fault, known) in [
        (Fault::LoseAnswer, 3),
        (Fault::LoseRequest, 1),
        (Fault::Refuse, 1),
    ] {
        let store = Faulty::new(MemoryStore::new());
        store.plan(Fault::PassAppend);
        store.plan(fault);
        let first = Import::into(&store).batch_size(1);
        let error = first
            .from_reader(Cursor::new(log.clone()))
            .await
            .unwrap_err();
        let ImportFault::Store {
            first: 3, last: 4, ..
        } = error.fault()
        else {
            panic!("{}", chain(&error));
        };
        assert_eq!(error.imported.added, 1);
        let imported = import(&store, &log).await;
        assert_eq!((imported.added, imported.skipped), (6 - known, known));
    }
}

/// Fails, or panics, after so many bytes.
struct Breaks {
    after: usize,
    panics: bool,
    log: Cursor<Vec<u8>>,
}

impl Breaks {
    fn take(&mut self, count: usize) -> io::Result<usize> {
        let count = count.min(self.after).min(10_000);
        self.after -= count;
        match (count, self.panics) {
            (0, true) => panic!("it breaks, as the test planned"),
            (0, false) => Err(io::Error::other("it breaks, as the test planned")),
            _ => Ok(count),
        }
    }
}

impl Write for Breaks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Breaks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.take(buffer.len())?;
        self.log.read(&mut buffer[..count])
    }
}

#[tokio::test]
async fn a_writer_and_a_reader_that_break_end_it_and_nothing_hangs() {
    let store = MemoryStore::new();
    for _ in 0..20 {
        store
            .append(commit_to("long", Expected::Any, 500))
            .await
            .unwrap();
    }
    let log = export(&store, false).await;
    for after in [0, 10, 100_000, 1_000_000] {
        for panics in [false, true] {
            let breaks = || Breaks {
                after,
                panics,
                log: Cursor::new(log.clone()),
            };
            let error = Export::of(&store).to_writer(breaks()).await.unwrap_err();
            assert_eq!(error.code(), "export.output", "{}", chain(&error));
            let copy = MemoryStore::new();
            let error = Import::into(&copy).from_reader(breaks()).await.unwrap_err();
            let code = if panics {
                "import.reader"
            } else {
                "import.input"
            };
            assert_eq!(error.code(), code, "{}", chain(&error));
            let kept = positions(&copy).await.len();
            assert!(kept.is_multiple_of(500) && kept as u64 == error.imported.added);
        }
    }
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_export_takes_its_name_once_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.ndjson.gz");
    std::fs::write(&path, "what was there").unwrap();
    let store = Faulty::new(small_log().await);
    store.plan(Fault::FailRead);
    let error = Export::of(&store).to_path(&path).await.unwrap_err();
    assert!(matches!(error, ExportError::Read(_)), "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), b"what was there");
    assert_eq!(names(folder.path()), ["log.ndjson.gz"]);

    let exported = Export::of(&store).to_path(&path).await.unwrap();
    assert_eq!(names(folder.path()), ["log.ndjson.gz"]);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(
        (exported.bytes, &bytes[..2]),
        (bytes.len() as u64, &[0x1f, 0x8b][..])
    );
    let copy = MemoryStore::new();
    let imported = Import::into(&copy).from_path(&path).await.unwrap();
    assert_eq!(imported.added, 6);

    let missing = folder.path().join("missing");
    let error = Import::into(&copy).from_path(&missing).await.unwrap_err();
    assert_eq!(error.code(), "import.open");
    let error = Export::of(&store)
        .to_path(missing.join("log"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "export.output");
    assert_eq!(names(folder.path()), ["log.ndjson.gz"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_followed_and_a_device_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    std::fs::write(&file, "").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let store = small_log().await;
    let exported = Export::of(&store).to_path(&link).await.unwrap();
    assert!(link.is_symlink() && !file.is_symlink());
    assert_eq!(file.metadata().unwrap().len(), exported.bytes);
    let to_null = Export::of(&store).to_path("/dev/null").await.unwrap();
    assert_eq!(to_null, exported);
}

#[tokio::test]
async fn an_export_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.ndjson");
    let store = MemoryStore::new();
    for _ in 0..5 {
        store
            .append(commit_to("long", Expected::Any, 1_000))
            .await
            .unwrap();
    }
    {
        let (came, mut has_come) = tokio::sync::mpsc::unbounded_channel();
        let export = Export::of(&store).progress(move |_| came.send(()).unwrap());
        let mut export = std::pin::pin!(export.to_path(&path));
        tokio::select! {
            biased;
            Some(()) = has_come.recv() => {}
            outcome = &mut export => panic!("the export ended: {outcome:?}"),
        }
        assert_eq!(names(folder.path()).len(), 1);
        assert!(names(folder.path())[0].ends_with(".partial"));
    }
    // The thread removes what it has written once it sees that nothing more comes.
    while !names(folder.path()).is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_somebody_stored_past_the_store_and_cannot_be_imported_is_not_exported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store
        .append(commit_to("a", Expected::Any, 2))
        .await
        .unwrap();
    Connection::open(&path)
        .unwrap()
        .execute(
            "INSERT INTO pericarp_events
                 (stream, version, id, type, schema_version, ordinal, occurred_at, recorded_at,
                  data, metadata)
             SELECT stream, 3, randomblob(16), type, 1, 0, 0, recorded_at, '{not JSON', '{}'
             FROM pericarp_events LIMIT 1",
            [],
        )
        .unwrap();
    let shared = Shared::default();
    let error = Export::of(&store)
        .to_writer(shared.clone())
        .await
        .unwrap_err();
    assert_eq!(error.code(), "export.event");
    assert!(
        chain(&error).contains("at position 3 is not JSON"),
        "{}",
        chain(&error)
    );
    // What was written is not taken for a whole log.
    let (error, _) = fails(shared.bytes()).await;
    assert_eq!(error.code(), "import.not_a_log");
}
