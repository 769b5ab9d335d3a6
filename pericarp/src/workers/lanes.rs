use std::collections::hash_map::Entry as Place;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem;

use tokio::sync::oneshot;

use super::job::Job;
use super::key::Key;

/// Jobs that wait: a queue for each key that has any, and the keys whose next job may begin.
///
/// A key has a lane as long as one of its jobs waits or is at work. Its lane is ready, or a job of it
/// is at work; never both.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<Key, Lane>,
    /// In the order in which they became ready.
    ready: BTreeMap<u64, Key>,
    next: u64,
    queued: usize,
    running: usize,
}

struct Lane {
    queue: VecDeque<Waiting>,
    /// Its place among those that are ready.
    ready: Option<u64>,
}

/// A job that waits.
pub(super) struct Waiting {
    pub(super) job: Job,
    /// A place to be given back when it begins.
    pub(super) has_place: bool,
    /// Its caller, who runs it himself if no worker is faster.
    pub(super) caller: Option<Caller>,
}

pub(super) struct Caller {
    pub(super) id: u64,
    turn: Option<oneshot::Sender<()>>,
}

/// A caller whose turn it is, to be told so once nothing is locked.
#[must_use]
pub(super) struct Next(Option<oneshot::Sender<()>>);

impl Next {
    const NOBODY: Self = Self(None);

    pub(super) fn tell(self) {
        if let Some(turn) = self.0 {
            // He may have gone.
            let _ = turn.send(());
        }
    }
}

impl Lanes {
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    pub(super) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    pub(super) const fn queued(&self) -> usize {
        self.queued
    }

    pub(super) const fn running(&self) -> usize {
        self.running
    }

    /// A caller who is told through `turn` when the job he waits with may begin.
    pub(super) const fn caller(&mut self, turn: oneshot::Sender<()>) -> Caller {
        self.next += 1;
        Caller {
            id: self.next,
            turn: Some(turn),
        }
    }

    pub(super) fn push(&mut self, key: Key, waiting: Waiting) -> Next {
        self.queued += 1;
        match self.lanes.entry(key) {
            Place::Occupied(mut lane) => {
                lane.get_mut().queue.push_back(waiting);
                Next::NOBODY
            }
            Place::Vacant(place) => {
                place.insert(Lane {
                    queue: VecDeque::from([waiting]),
                    ready: None,
                });
                self.make_ready(key)
            }
        }
    }

    /// The job that may begin and has waited longest to.
    pub(super) fn take(&mut self) -> Option<(Key, Waiting)> {
        let (_, key) = self.ready.pop_first()?;
        Some((key, self.begin(key)?))
    }

    /// The job of this caller, if it may begin and nobody has begun it.
    pub(super) fn take_own(&mut self, key: Key, id: u64) -> Option<Waiting> {
        let lane = self.lanes.get(&key)?;
        let place = lane.ready?;
        if !lane.queue.front()?.is_of(id) {
            return None;
        }
        self.ready.remove(&place);
        self.begin(key)
    }

    /// A job of this key has ended.
    pub(super) fn end(&mut self, key: Key) -> Next {
        self.running -= 1;
        self.make_ready(key)
    }

    /// A job of this key has begun, and goes on elsewhere; unless nobody is left to run it.
    pub(super) fn put_back(&mut self, key: Key, job: Job) -> (Option<Job>, Next) {
        let left = match self.lanes.get_mut(&key) {
            None => Some(job),
            Some(lane) => {
                self.queued += 1;
                lane.queue.push_front(Waiting {
                    job,
                    has_place: false,
                    caller: None,
                });
                None
            }
        };
        (left, self.end(key))
    }

    /// Nobody is left to run any of them: forgets all that wait, for the caller to drop.
    pub(super) fn abandon(&mut self) -> impl Sized + use<> {
        self.queued = 0;
        self.ready.clear();
        mem::take(&mut self.lanes)
    }

    /// The job of a caller who has gone, if nobody has begun it.
    pub(super) fn give_up(&mut self, key: Key, id: u64) -> (Option<Waiting>, Next) {
        let Some(lane) = self.lanes.get_mut(&key) else {
            return (None, Next::NOBODY);
        };
        let place = lane.queue.iter().position(|waiting| waiting.is_of(id));
        let Some(waiting) = place.and_then(|place| lane.queue.remove(place)) else {
            return (None, Next::NOBODY);
        };
        self.queued -= 1;
        let next = match lane.ready.take() {
            Some(ready) => {
                self.ready.remove(&ready);
                self.make_ready(key)
            }
            None => Next::NOBODY,
        };
        (Some(waiting), next)
    }

    fn begin(&mut self, key: Key) -> Option<Waiting> {
        let lane = self.lanes.get_mut(&key)?;
        lane.ready = None;
        let waiting = lane.queue.pop_front()?;
        self.queued -= 1;
        self.running += 1;
        Some(waiting)
    }

    fn make_ready(&mut self, key: Key) -> Next {
        let Some(lane) = self.lanes.get_mut(&key) else {
            return Next::NOBODY;
        };
        let Some(first) = lane.queue.front_mut() else {
            self.lanes.remove(&key);
            return Next::NOBODY;
        };
        self.next += 1;
        lane.ready = Some(self.next);
        self.ready.insert(self.next, key);
        Next(first.caller.as_mut().and_then(|caller| caller.turn.take()))
    }
}

impl Waiting {
    fn is_of(&self, id: u64) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.id == id)
    }
}
