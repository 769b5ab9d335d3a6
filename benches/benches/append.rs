//! Appends on SQLite, beside the same inserts written by hand.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pericarp::store::{SqliteStore, Store};
use pericarp_benches::{Outcome, by_hand, ours};
use tokio::runtime::Runtime;

fn append(criterion: &mut Criterion) {
    if let Err(error) = measure(criterion) {
        eprintln!("append: {error}");
        std::process::exit(1);
    }
}

fn measure(criterion: &mut Criterion) -> Outcome<()> {
    let runtime = Runtime::new()?;
    let folder = tempfile::tempdir()?;
    let store = runtime.block_on(ours::open(folder.path()))?;
    let path = folder.path().join("hand.db");
    let empty = runtime.block_on(SqliteStore::open(&path))?;
    runtime.block_on(empty.close());
    let hand = by_hand::connect(&path, 1)?;
    let mut sqlx = runtime.block_on(by_hand::connect_sqlx(&path))?;
    let mut version = 0;

    let mut one = criterion.benchmark_group("append 1 event");
    one.throughput(Throughput::Elements(1));
    one.bench_function("rusqlite, autocommit", |bencher| {
        bencher.iter(|| by_hand::autocommit(&hand, 1, &mut version, 1));
    });
    one.bench_function("sqlx, a transaction", |bencher| {
        bencher.iter(|| {
            runtime.block_on(by_hand::transactions_sqlx(&mut sqlx, 1, &mut version, 1, 1))
        });
    });
    one.bench_function("pericarp", |bencher| {
        bencher.iter(|| runtime.block_on(ours::append(&store, 1, 1, 1)));
    });
    one.finish();

    let mut hundred = criterion.benchmark_group("append 100 events");
    hundred.throughput(Throughput::Elements(100));
    hundred.bench_function("rusqlite, a transaction", |bencher| {
        bencher.iter(|| by_hand::transactions(&hand, 1, &mut version, 1, 100));
    });
    hundred.bench_function("sqlx, a transaction", |bencher| {
        bencher.iter(|| {
            runtime.block_on(by_hand::transactions_sqlx(
                &mut sqlx,
                1,
                &mut version,
                1,
                100,
            ))
        });
    });
    hundred.bench_function("pericarp, a commit", |bencher| {
        bencher.iter(|| runtime.block_on(ours::append(&store, 1, 1, 100)));
    });
    hundred.finish();

    let mut many = criterion.benchmark_group("append 64 × 1 event at once");
    many.throughput(Throughput::Elements(64));
    many.bench_function("pericarp", |bencher| {
        bencher.iter(|| runtime.block_on(ours::append_concurrently(&store, 64, 1)));
    });
    many.finish();
    Ok(())
}

criterion_group!(benches, append);
criterion_main!(benches);
