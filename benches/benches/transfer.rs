//! Export and import of a log, and the parsers for its lines.
//!
//! simd-json changes what it reads and hands out no raw text, so it cannot keep payloads byte for
//! byte. What it is measured at here is less than the work: a copy of the line, for it to change,
//! and every field but payload and metadata, which it only steps over.

use std::borrow::Cow;
use std::io::{self, Cursor};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use pericarp::store::{MemoryStore, SqliteStore};
use pericarp::transfer::{Export, Import};
use pericarp_benches::{Outcome, ours};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use simd_json::Buffers;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// Lines of the loans example, taken from all over its log.
const LINES: &str = include_str!("lines.ndjson");

/// A line as an import reads it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a, Payload> {
    position: u64,
    id: Uuid,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    version: u64,
    #[serde(rename = "type", borrow)]
    event_type: Cow<'a, str>,
    schema_version: u32,
    ordinal: u32,
    occurred_at: i64,
    recorded_at: i64,
    metadata: Payload,
    data: Payload,
}

impl<Payload> Line<'_, Payload> {
    /// Uses every field, so that none is left out.
    fn sum(&self, bytes: impl Fn(&Payload) -> usize) -> u64 {
        let texts = self.stream.len() + self.event_type.len();
        let payloads = bytes(&self.metadata) + bytes(&self.data);
        let times = self.occurred_at ^ self.recorded_at;
        let small = u64::from(self.schema_version ^ self.ordinal);
        (self.position ^ self.version ^ times as u64 ^ small ^ self.id.as_u128() as u64)
            .wrapping_add((texts + payloads) as u64)
    }
}

fn lines(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lines");
    group.throughput(Throughput::Elements(LINES.lines().count() as u64));
    group.bench_function("serde_json, raw payload", |bencher| {
        bencher.iter(|| {
            LINES.lines().try_fold(0_u64, |sum, line| {
                let line: Line<'_, &RawValue> = serde_json::from_str(line)?;
                Ok::<_, serde_json::Error>(sum ^ line.sum(|raw| raw.get().len()))
            })
        });
    });
    group.bench_function("simd-json, payload stepped over", |bencher| {
        let (mut buffers, mut scratch) = (Buffers::default(), Vec::new());
        bencher.iter(|| {
            LINES.lines().try_fold(0_u64, |sum, line| {
                scratch.clear();
                scratch.extend_from_slice(line.as_bytes());
                let line: Line<'_, IgnoredAny> =
                    simd_json::serde::from_slice_with_buffers(&mut scratch, &mut buffers)?;
                Ok::<_, simd_json::Error>(sum ^ line.sum(|_| 0))
            })
        });
    });
    group.finish();
}

const EVENTS: usize = 20_000;

fn logs(criterion: &mut Criterion) {
    if let Err(error) = measure(criterion) {
        eprintln!("transfer: {error}");
        std::process::exit(1);
    }
}

fn measure(criterion: &mut Criterion) -> Outcome<()> {
    let runtime = Runtime::new()?;
    let folder = tempfile::tempdir()?;
    let store = runtime.block_on(ours::open(folder.path()))?;
    runtime.block_on(ours::append(&store, 1, EVENTS / 100, 100))?;
    let file = folder.path().join("log.ndjson");
    let exported = runtime.block_on(Export::of(&store).to_path(&file))?;
    let log = std::fs::read(&file)?;

    let mut group = criterion.benchmark_group("transfer");
    group.sample_size(10);
    group.throughput(Throughput::Elements(exported.events));
    for (name, gzip) in [("export, plain", false), ("export, gzip", true)] {
        group.bench_function(name, |bencher| {
            let export = || Export::of(&store).gzip(gzip).to_writer(io::sink());
            bencher.iter(|| runtime.block_on(export()));
        });
    }
    group.bench_function("import into memory", |bencher| {
        bencher.iter_batched(
            || Cursor::new(log.clone()),
            |log| {
                let store = MemoryStore::new();
                runtime.block_on(Import::into(&store).from_reader(log))
            },
            BatchSize::PerIteration,
        );
    });
    for size in [200, 1_000, 5_000] {
        let mut number = 0;
        group.bench_function(format!("import into SQLite, {size} at a time"), |bencher| {
            bencher.iter_batched(
                || {
                    number += 1;
                    let path = folder.path().join(format!("copy-{size}-{number}.db"));
                    runtime
                        .block_on(SqliteStore::open(path))
                        .map(|store| (store, Cursor::new(log.clone())))
                },
                |opened| {
                    let (store, log) = opened.map_err(|error| error.to_string())?;
                    let import = Import::into(&store).batch_size(size).from_reader(log);
                    runtime.block_on(import).map_err(|error| error.to_string())
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
    Ok(())
}

criterion_group!(benches, lines, logs);
criterion_main!(benches);
