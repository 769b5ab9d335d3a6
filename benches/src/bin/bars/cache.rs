use std::hint::black_box;
use std::time::{Duration, Instant};

use pericarp::cache::{Cache, Key};
use pericarp_benches::Outcome;

use crate::{Bar, Target, runtime};

pub(crate) const NAMES: &[&str] = &["cache.l1-hit-ns"];

const KEYS: usize = 1_000;
/// A round is short beside what a core is given to a thread for, so that on a busy machine most rounds
/// are not interrupted.
const HITS: u32 = 1_000;
const ROUNDS: usize = 5_000;

/// Hits of answers with one tag, one after another, on a multi-thread runtime.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    runtime()?.block_on(async {
        let cache = Cache::builder().ttl(Duration::from_secs(3_600)).build();
        let keys = (0..KEYS).map(|n| (Key::new("balance", n).tagged(format!("account-{n}")), n));
        let keys: Vec<(Key, usize)> = keys.collect();
        let load = |n| async move { Ok::<_, std::convert::Infallible>(Some(n as u64)) };
        cache.warm(keys.iter().cloned(), 8, load).await;
        let mut rounds = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for ((key, n), _) in keys.iter().cycle().zip(0..HITS) {
                black_box(cache.get_or_load(key, || load(*n)).await?);
            }
            rounds.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(HITS));
        }
        if cache.stats().loads != KEYS as u64 {
            return Err("not all of them were hits".into());
        }
        rounds.sort_unstable_by(f64::total_cmp);
        Ok(vec![Bar::new(
            NAMES[0],
            rounds[ROUNDS / 2],
            Target::AtMost(200.0),
        )])
    })
}
