use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::middleware::before;

/// How long the same one may have his turn while others wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where commands take turns. The store decides which of them is stored, so a turn saves conflicts and
/// is no more than that: whoever has it may not be polled any more, and then the others go without.
#[derive(Default)]
pub(super) struct Gate {
    turn: Mutex<()>,
    /// How many had their turn so far.
    turns: AtomicU64,
}

impl Gate {
    /// A turn, if others wait for theirs; none if nobody does.
    pub(super) async fn behind_others(&self) -> Option<MutexGuard<'_, ()>> {
        match self.turn.try_lock() {
            Ok(_) => None,
            Err(_) => self.turn().await,
        }
    }

    /// Waits for a turn; none if whoever has it does not go on.
    pub(super) async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        let mut turn = pin!(self.turn.lock());
        let mut seen = self.turns.load(Ordering::Relaxed);
        loop {
            if let Some(turn) = before(PATIENCE, turn.as_mut()).await {
                self.turns.fetch_add(1, Ordering::Relaxed);
                return Some(turn);
            }
            let turns = self.turns.load(Ordering::Relaxed);
            if turns == seen {
                return None;
            }
            seen = turns;
        }
    }
}
