//! Counts the bytes that are allocated while a log is moved. One test alone: the allocator counts
//! what all threads do. A million events with `PERICARP_SOAK`.
#![expect(clippy::unwrap_used, reason = "a failing test says where")]

use std::fmt::Write as _;
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read, Write};
use std::path::Path;

use pericarp::store::SqliteStore;
use pericarp::transfer::{Export, Import};
use pericarp_tests::allocations::{Counting, live, peak, reset_peak};

#[global_allocator]
static COUNTING: Counting = Counting;

/// What a log may take on its way, however long it is: pages on one side, batches on the other.
const CEILING: usize = 4 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_moved_in_bounded_memory() {
    let is_soak = std::env::var_os("PERICARP_SOAK").is_some();
    let events = if is_soak { 1_000_000 } else { 100_000 };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);

    let made = open(&path("made.db")).await;
    let lines = Lines::new(events);
    check("importing what is made", async {
        let imported = Import::into(&made).from_reader(lines).await.unwrap();
        assert_eq!(imported.added, events);
    })
    .await;

    let (plain, gzip) = (path("log.ndjson"), path("log.ndjson.gz"));
    for file in [&plain, &gzip] {
        check("exporting", async {
            let exported = Export::of(&made).to_path(file).await.unwrap();
            assert_eq!(exported.events, events);
        })
        .await;
    }
    let is_as_made = hash(File::open(&plain).unwrap()) == hash(Lines::new(events));
    assert!(is_as_made, "what is exported is what was imported");
    let bytes = plain.metadata().unwrap().len();
    assert!(
        bytes as usize > 8 * CEILING,
        "the log has only {bytes} bytes"
    );

    let copy = open(&path("copy.db")).await;
    check("importing", async {
        let imported = Import::into(&copy).from_path(&gzip).await.unwrap();
        assert_eq!(imported.added, events);
    })
    .await;
    let again = path("again.ndjson.gz");
    Export::of(&copy).to_path(&again).await.unwrap();
    let is_same = hash(File::open(&again).unwrap()) == hash(File::open(&gzip).unwrap());
    assert!(is_same, "an export of an import is the same file");
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path).await.unwrap()
}

/// Does the work, which may take no more than the ceiling beyond what was there before.
async fn check(what: &str, work: impl Future<Output = ()>) {
    reset_peak();
    let before = live();
    work.await;
    let taken = peak() - before;
    println!("{what} took {taken} bytes of memory");
    assert!(taken <= CEILING, "{what} took {taken} bytes of memory");
}

fn hash(mut reader: impl Read) -> (u64, u64) {
    let mut hashing = Hashing(DefaultHasher::new(), 0);
    io::copy(&mut reader, &mut hashing).unwrap();
    (hashing.0.finish(), hashing.1)
}

struct Hashing(DefaultHasher, u64);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes);
        self.1 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines of a log of so many events, made as they are read.
struct Lines {
    events: u64,
    next: u64,
    line: String,
    read: usize,
}

impl Lines {
    fn new(events: u64) -> Self {
        Self {
            events,
            next: 1,
            line: "{\"pericarp\":\"log\",\"format\":1}\n".into(),
            read: 0,
        }
    }

    /// Commits of five events, in streams of ten.
    fn make(&mut self) {
        let (n, events) = (self.next, self.events);
        self.next += 1;
        self.read = 0;
        self.line.clear();
        let made = if n <= events {
            let (stream, version) = ((n - 1) / 10, (n - 1) % 10 + 1);
            let ordinal = (n - 1) % 5;
            let id = uuid::Uuid::from_u128(u128::from(n));
            writeln!(
                self.line,
                "{{\"position\":{},\"id\":\"{id}\",\"stream\":\"test-{stream}\",\
                 \"version\":{version},\"type\":\"test.happened\",\"schema_version\":1,\
                 \"ordinal\":{ordinal},\"occurred_at\":{n},\"recorded_at\":1700000000000000,\
                 \"metadata\":{{\"user_id\":\"user {stream}\"}},\
                 \"data\":{{\"number\":{n},\"text\":\"{:200}\"}}}}",
                2 * n,
                n % 7
            )
        } else if n == events + 1 {
            let last = 2 * events;
            writeln!(
                self.line,
                "{{\"pericarp\":\"end\",\"events\":{events},\"last\":{last}}}"
            )
        } else {
            Ok(())
        };
        made.unwrap();
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() {
            self.make();
        }
        let count = (&self.line.as_bytes()[self.read..]).read(buffer)?;
        self.read += count;
        Ok(count)
    }
}
