use rusqlite::Connection;

use super::super::{Durability, Shared, SqliteOptions};
use crate::doctor::{Amount, Finding, Report};

/// How the store uses SQLite, and how large the file is.
pub(super) fn examine(
    connection: &Connection,
    options: &SqliteOptions,
    report: &mut Report,
) -> rusqlite::Result<()> {
    let what = format!("SQLite {}, without the WAL-reset bug", rusqlite::version());
    // An older one is refused when the log is opened.
    report.push(Finding::ok("library.version", what));

    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode.eq_ignore_ascii_case("wal") {
        report.push(Finding::ok("journal.mode", "the log is in WAL mode"));
    } else {
        let what =
            format!("the journal mode is `{mode}`: readers and the writer hold each other up");
        report.push(
            Finding::error("journal.mode", what)
                .fix("turn it back while nobody else has the file open")
                .sql("PRAGMA journal_mode = WAL;"),
        );
    }
    report.push(match options.durability {
        Durability::Full => Finding::ok(
            "durability.full",
            "appends are acknowledged when they are on the disk (synchronous=FULL)",
        ),
        Durability::Relaxed => Finding::note(
            "durability.relaxed",
            "a power cut may take the last appends with it (synchronous=NORMAL)",
        )
        .fix("open with `Durability::Full` if they matter"),
    });

    let pages = whole(connection, "page_count")?;
    let page_size = whole(connection, "page_size")?;
    let free = whole(connection, "freelist_count")?;
    if free > MANY_PAGES && free > pages / 4 {
        let what = format!("{free} of {pages} pages are free: something large was deleted");
        report.push(
            Finding::note("file.free_pages", what)
                .fix("if nothing as large comes back, close the log and give the room back")
                .sql("VACUUM;"),
        );
    }
    report.figure("file", Amount::Bytes(pages * page_size));
    report.figure("free pages", Amount::Count(free));
    let mapped = whole(connection, "mmap_size")?;
    report.figure("memory map", Amount::Bytes(mapped));
    // In KiB where it is negative, as the options set it: <https://sqlite.org/pragma.html#pragma_cache_size>.
    let cached = whole(connection, "cache_size")?;
    report.figure("page cache per connection", Amount::Bytes(cached << 10));
    Ok(())
}

/// Free pages that are worth a word.
const MANY_PAGES: u64 = 1_000;

/// Who waits, and for whom.
pub(super) fn queues(shared: &Shared, report: &mut Report) {
    let (appends, reads) = (&shared.appends, &shared.reads);
    for (code, queue, waiting, advice) in [
        (
            "queue.appends",
            "appends",
            appends.len(),
            "append several events in one commit, or look for what holds the write lock",
        ),
        (
            "queue.reads",
            "reads",
            reads.len(),
            "open with more `readers`, or read in smaller pages",
        ),
    ] {
        let capacity = appends.capacity();
        let what = format!("{waiting} of at most {capacity} {queue} wait");
        report.push(if waiting * 10 >= capacity * 8 {
            Finding::warning(code, what).fix(advice)
        } else {
            Finding::ok(code, what)
        });
    }
    report.figure("readers", Amount::Count(shared.options.readers as u64));
    report.figure("busy timeout", Amount::Span(shared.options.busy_timeout));
}

/// A pragma that is a number.
pub(super) fn whole(connection: &Connection, pragma: &str) -> rusqlite::Result<u64> {
    let whole = connection.pragma_query_value(None, pragma, |row| row.get(0));
    whole.map(i64::unsigned_abs)
}
