use std::collections::HashMap;
use std::sync::{Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pericarp::metrics::{Description, Registry};
use pericarp_benches::Outcome;
use pericarp_benches::rounds::Rounds;

use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &["metrics.counter-vs-mutex"];

const THREADS: usize = 16;
const EACH: u64 = 1_000_000;
const ROUNDS: usize = 5;
const HITS: Description<1> = Description::counter("hits_total", "Hits.").labels(&["site"]);

/// Counts with sixteen threads: in a map under a mutex, in a series that is looked up each time, and in
/// one that is kept.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    let names = ["Mutex<HashMap>", "a series, looked up", "a series, kept"];
    let mut rounds = Rounds::new(&names);
    for _ in 0..ROUNDS {
        let map: Mutex<HashMap<String, u64>> = Mutex::default();
        rounds.note(
            0,
            timed(|| {
                let mut counts = map.lock().unwrap_or_else(PoisonError::into_inner);
                match counts.get_mut("north") {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert("north".into(), 1);
                    }
                }
            }),
        );
        let hits = Registry::new().counter(&HITS)?;
        rounds.note(1, timed(|| hits.with(["north"]).increment()));
        let north = hits.with(["north"]);
        rounds.note(2, timed(|| north.increment()));
        if north.value() != 2 * THREADS as u64 * EACH {
            return Err("counts were lost".into());
        }
    }
    let increments = THREADS * EACH as usize;
    println!("{}", rounds.table("increments by 16 threads", increments));
    let speed = rounds.speed(2, 0);
    Ok(vec![Bar::new(NAMES[0], speed, Target::AtLeast(5.0))])
}

fn timed(count: impl Fn() + Sync) -> Duration {
    let ready = Barrier::new(THREADS + 1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    ready.wait();
                    (0..EACH).for_each(|_| count());
                })
            })
            .collect();
        ready.wait();
        let started = Instant::now();
        for thread in threads {
            // It cannot panic.
            let _ = thread.join();
        }
        started.elapsed()
    })
}
