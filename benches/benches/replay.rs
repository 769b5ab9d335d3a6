//! Replay of a stream of 1,000 events from SQLite, beside the same rows read by hand.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pericarp::Pericarp;
use pericarp_benches::{Outcome, by_hand, ours};
use tokio::runtime::Runtime;

fn replay(criterion: &mut Criterion) {
    if let Err(error) = measure(criterion) {
        eprintln!("replay: {error}");
        std::process::exit(1);
    }
}

fn measure(criterion: &mut Criterion) -> Outcome<()> {
    let runtime = Runtime::new()?;
    let folder = tempfile::tempdir()?;
    let store = runtime.block_on(ours::open(folder.path()))?;
    runtime.block_on(ours::append(&store, 1, 10, 100))?;
    let cents = 10 * 4_950;
    let path = folder.path().join("ours.db");
    let hand = by_hand::connect(&path, 0)?;
    let mut sqlx = runtime.block_on(by_hand::connect_sqlx(&path))?;
    let app = Pericarp::new(store);

    let mut thousand = criterion.benchmark_group("replay 1,000 events");
    thousand.throughput(Throughput::Elements(1_000));
    thousand.bench_function("rusqlite, rows stepped", |bencher| {
        bencher.iter(|| by_hand::load(&hand, 1, cents));
    });
    thousand.bench_function("sqlx, rows fetched", |bencher| {
        bencher.iter(|| runtime.block_on(by_hand::load_sqlx(&mut sqlx, 1, cents)));
    });
    thousand.bench_function("pericarp", |bencher| {
        bencher.iter(|| runtime.block_on(ours::load(&app, 1, cents)));
    });
    thousand.finish();
    Ok(())
}

criterion_group!(benches, replay);
criterion_main!(benches);
