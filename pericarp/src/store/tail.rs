use tokio::sync::watch;

use super::{ReadError, Store};
use crate::Position;

/// Where a log ends, for those who wait until it ends further on.
///
/// Nobody who waits misses an advance, and giving up leaves no trace.
pub(super) struct Tail {
    end: watch::Sender<End>,
}

struct End {
    head: Position,
    doubts: u64,
    closed: bool,
}

impl Tail {
    pub(super) fn new() -> Self {
        Self {
            end: watch::Sender::new(End {
                head: Position::START,
                doubts: 0,
                closed: false,
            }),
        }
    }

    /// Wakes whoever waits for an event at `head` or before it. One that is known changes nothing,
    /// so the news may come in any order.
    pub(super) fn advance(&self, head: Position) {
        self.end.send_if_modified(|end| {
            let is_news = head > end.head;
            end.head = end.head.max(head);
            is_news
        });
    }

    /// Makes everybody who waits ask the store: whoever should tell them cannot see the log.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) fn doubt(&self) {
        self.end.send_modify(|end| end.doubts += 1);
    }

    /// Wakes everybody with [`ReadError::Closed`].
    pub(super) fn close(&self) {
        self.end.send_modify(|end| end.closed = true);
    }

    /// Waits until the log of `store` ends behind `position`, and says where.
    pub(super) async fn wait_past<S: Store>(
        &self,
        store: &S,
        position: Position,
    ) -> Result<Position, ReadError> {
        let mut end = self.end.subscribe();
        loop {
            // Noted before the question, so that no doubt of its answer is missed.
            let doubts = end.borrow_and_update().doubts;
            let head = store.head().await?;
            if head > position {
                return Ok(head);
            }
            let news = |end: &End| end.closed || end.head > position || end.doubts != doubts;
            match end.wait_for(|end| news(end)).await {
                Ok(end) if end.closed => return Err(ReadError::Closed),
                Ok(end) if end.head > position => return Ok(end.head),
                Ok(_) => {}
                Err(_) => return Err(ReadError::Closed),
            }
        }
    }
}
