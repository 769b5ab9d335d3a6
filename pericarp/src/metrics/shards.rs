use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Alone on its cache lines, which some processors fetch in pairs of 64 bytes.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded<T>(T);

/// Threads that have a cell of their own at once. More than these gain little.
const OWN: usize = 16;
/// Cells that all other threads share.
const SHARED: usize = 4;

/// What threads count in: each of the first has a cell of its own, which nobody else writes, so that
/// it adds without telling the other cores to wait. A cell is made when its thread first counts.
#[derive(Debug)]
pub(super) struct Cells<T>(Arc<[OnceLock<Box<Padded<T>>>]>);

/// The cell that a thread counts in.
pub(super) struct Mine<'c, T> {
    cell: &'c T,
    is_own: bool,
}

impl<T: Default> Cells<T> {
    pub(super) fn new() -> Self {
        Self((0..OWN + SHARED).map(|_| OnceLock::new()).collect())
    }

    #[inline]
    pub(super) fn mine(&self) -> Mine<'_, T> {
        let number = number();
        let is_own = number < OWN;
        let place = if is_own {
            number
        } else {
            OWN + number % SHARED
        };
        let Padded(cell) = &**self.0[place].get_or_init(Box::default);
        Mine { cell, is_own }
    }

    /// Every cell that was counted in.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        let made = self.0.iter().filter_map(OnceLock::get);
        made.map(|padded| &padded.0)
    }
}

impl<T> Mine<'_, T> {
    /// Adds to a number that is in the cell.
    #[inline]
    pub(super) fn add(&self, number: impl FnOnce(&T) -> &AtomicU64, more: u64) {
        let number = number(self.cell);
        if self.is_own {
            // Nobody else writes it, so nothing comes in between.
            let sum = number.load(Ordering::Relaxed).wrapping_add(more);
            number.store(sum, Ordering::Relaxed);
        } else {
            number.fetch_add(more, Ordering::Relaxed);
        }
    }
}

impl<T> Clone for Cells<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Not asked for yet.
const NONE: usize = usize::MAX;

thread_local! {
    static NUMBER: Cell<usize> = const { Cell::new(NONE) };
    static LENT: Lent = Lent::take();
}

/// The number of this thread: no other that runs has the same, if it is below [`OWN`].
#[inline]
fn number() -> usize {
    match NUMBER.get() {
        NONE => lend(),
        number => number,
    }
}

#[cold]
fn lend() -> usize {
    // At the end of a thread it is not lent any more.
    let number = LENT.try_with(|lent| lent.0).unwrap_or(OWN);
    NUMBER.set(number);
    number
}

/// The number that a thread has until it ends. What it counted in its cell the next that has the number
/// sees, since both take the lock.
struct Lent(usize);

/// Numbers that were given back, and the next that nobody has had.
struct Numbers {
    free: BinaryHeap<Reverse<usize>>,
    next: usize,
}

impl Lent {
    fn take() -> Self {
        let mut numbers = numbers();
        let free = numbers.free.pop().map(|Reverse(number)| number);
        Self(free.unwrap_or_else(|| {
            numbers.next += 1;
            numbers.next - 1
        }))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Whatever else counts as this thread ends.
        NUMBER.set(OWN);
        numbers().free.push(Reverse(self.0));
    }
}

fn numbers() -> MutexGuard<'static, Numbers> {
    static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers {
        free: BinaryHeap::new(),
        next: 0,
    });
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner)
}
