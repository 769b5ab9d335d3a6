use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::SqliteOptions;
use super::settings::whole;
use crate::doctor::{Amount, Finding, Report};

/// How large the write-ahead log is, and who may keep it so.
pub(super) fn examine(
    connection: &Connection,
    options: &SqliteOptions,
    report: &mut Report,
) -> rusqlite::Result<()> {
    let file = PathBuf::from(connection.path().unwrap_or_default());
    let wal = beside(&file, "-wal");
    let bytes = fs::metadata(&wal).map_or(0, |found| found.len());
    let page_size = whole(connection, "page_size")?;
    // A frame is a page with 24 bytes before it. It is copied after that many, and those of the
    // commit that comes to it.
    let expected = u64::from(options.checkpoint_pages).max(MANY_PAGES) * (page_size + 24);
    report.push(if bytes > 2 * expected {
        let (found, meant) = (Amount::Bytes(bytes), Amount::Bytes(expected));
        let what = format!(
            "the write-ahead log has {found}, and is meant to have some {meant}: a transaction that \
             reads is open somewhere, or something very large was committed{}",
            holders(&wal)
        );
        Finding::warning("wal.large", what)
            .fix(
                "end the transaction: look for a forgotten shell, or a report that reads for long; \
                 then give the room back",
            )
            .sql("PRAGMA wal_checkpoint(TRUNCATE);")
    } else {
        let what = format!("the write-ahead log has {}", Amount::Bytes(bytes));
        Finding::ok("wal.size", what)
    });
    report.figure("write-ahead log", Amount::Bytes(bytes));
    Ok(())
}

/// Fewer pages than this are no trouble, however few were asked for.
const MANY_PAGES: u64 = 1_000;

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    name.into()
}

/// The processes that have the file open, as far as this one may know.
#[cfg(target_os = "linux")]
fn holders(file: &Path) -> String {
    let me = std::process::id();
    let mut holders = Vec::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = process
            .file_name()
            .to_str()
            .and_then(|id| id.parse::<u32>().ok())
        else {
            continue;
        };
        let open = fs::read_dir(process.path().join("fd"));
        let holds = |at: fs::DirEntry| fs::read_link(at.path()).is_ok_and(|to| to == file);
        if open.into_iter().flatten().flatten().any(holds) {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            let mine = if id == me { ", which is this one" } else { "" };
            holders.push(format!("{id} ({}{mine})", name.trim()));
        }
    }
    if holders.is_empty() {
        return String::new();
    }
    format!("; it is open in process {}", holders.join(", "))
}

#[cfg(not(target_os = "linux"))]
fn holders(_: &Path) -> String {
    String::new()
}
