//! A profile is what pprof reads, and names who was at work.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use pericarp::profiling::cpu;
use pprof::protos::{Message, Profile};

#[inline(never)]
fn work_that_is_seen(done: &AtomicBool) {
    let mut sum = 0_u64;
    while !done.load(Ordering::Relaxed) {
        sum = black_box(sum.wrapping_mul(31).wrapping_add(7));
    }
}

/// One test: there is one profiler in a process.
#[test]
fn a_profile_names_who_was_at_work() {
    let done = AtomicBool::new(false);
    let profile = thread::scope(|scope| {
        scope.spawn(|| work_that_is_seen(&done));
        // As long as it takes until there was a sample: the processor may be others'.
        let profile = (0..60)
            .map(|_| cpu(Duration::from_secs(1)).unwrap())
            .find(|profile| profile.stacks() > 0);
        done.store(true, Ordering::Relaxed);
        profile.unwrap()
    });
    let read = Profile::decode(profile.to_protobuf().unwrap().as_slice()).unwrap();
    assert!(!read.sample.is_empty());
    let names = read.string_table.iter();
    assert!(
        names.clone().any(|name| name.contains("work_that_is_seen")),
        "{names:?}"
    );
    let svg = String::from_utf8(profile.to_flamegraph().unwrap()).unwrap();
    assert!(svg.contains("<svg") && svg.contains("work_that_is_seen"));
}
