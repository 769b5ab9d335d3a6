use std::time::Duration;

use futures_timer::Delay;

use super::{ReadError, Store};
use crate::Position;

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Waits for the log to end behind `position` where nothing tells of it: asks again and again,
/// less and less often.
pub(super) async fn poll_head<S: Store + ?Sized>(
    store: &S,
    position: Position,
) -> Result<Position, ReadError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let head = store.head().await?;
        if head > position {
            return Ok(head);
        }
        Delay::new(pause).await;
        pause = (2 * pause).min(LONGEST_PAUSE);
    }
}
