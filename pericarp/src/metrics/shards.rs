use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Alone on its cache lines, which some processors fetch in pairs of 64 bytes.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Padded<T>(pub(super) T);

/// More than these gain little, and every series has as many cells.
const MOST: usize = 16;

/// As many cells as threads may write at once, each its own: a power of two.
pub(super) fn shards<T: Default>() -> Box<[Padded<T>]> {
    static COUNT: OnceLock<usize> = OnceLock::new();
    let count = *COUNT.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        cores.next_power_of_two().min(MOST)
    });
    (0..count).map(|_| Padded::default()).collect()
}

/// The cell of this thread.
pub(super) fn mine<T>(shards: &[Padded<T>]) -> &T {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    let number = NUMBER.with(|number| *number);
    &shards[number & (shards.len() - 1)].0
}
