use std::collections::BTreeSet;

use tokio::sync::watch;

/// Snapshots that a store has taken on and not kept yet.
///
/// There may be so many and no more; one that comes on top is left out, which costs whoever loads
/// the stream next a few more events. Whoever waits holds nothing, so he holds up nobody if he is
/// not polled.
#[derive(Clone, Debug)]
pub(super) struct Taking(watch::Sender<UnderWay>);

#[derive(Debug, Default)]
struct UnderWay {
    tickets: BTreeSet<u64>,
    next: u64,
    closed: bool,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Taken {
    ticket: u64,
    taking: Taking,
}

impl Taking {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(UnderWay::default()))
    }

    pub(super) fn one_more(&self) -> Option<Taken> {
        let mut ticket = None;
        self.0.send_if_modified(|under_way| {
            if !under_way.closed && under_way.tickets.len() < MOST {
                under_way.tickets.insert(under_way.next);
                ticket = Some(under_way.next);
                under_way.next += 1;
            }
            false
        });
        let taking = self.clone();
        ticket.map(|ticket| Taken { ticket, taking })
    }

    /// Takes on no more.
    pub(super) fn close(&self) {
        self.0.send_if_modified(|under_way| {
            under_way.closed = true;
            false
        });
    }

    /// Waits until there is none of those that are under way now.
    pub(super) async fn none(&self) {
        let mut under_way = self.0.subscribe();
        let next = under_way.borrow().next;
        // The sender is here, so there is no error.
        let _ = under_way
            .wait_for(|under_way| under_way.tickets.first().is_none_or(|first| *first >= next))
            .await;
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.taking.0.send_modify(|under_way| {
            under_way.tickets.remove(&self.ticket);
        });
    }
}

/// How many snapshots may be under way.
const MOST: usize = 32;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn is_ready(wait: std::pin::Pin<&mut impl Future>) -> bool {
        wait.poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    #[test]
    fn a_wait_is_for_those_before_it() {
        let taking = Taking::new();
        let first = taking.one_more().unwrap();
        let mut wait = pin!(taking.none());
        assert!(!is_ready(wait.as_mut()));
        let later = taking.one_more().unwrap();
        drop(first);
        assert!(is_ready(wait.as_mut()));
        drop(later);
        assert!(is_ready(pin!(taking.none())));
    }

    #[test]
    fn there_are_so_many_and_none_once_it_is_closed() {
        let taking = Taking::new();
        let mut taken: Vec<Taken> = std::iter::from_fn(|| taking.one_more()).collect();
        assert_eq!(taken.len(), MOST);
        taken.pop();
        taking.close();
        assert!(taking.one_more().is_none());
    }
}
