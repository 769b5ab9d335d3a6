use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use tokio::runtime::Handle;

use super::writer::Writer;

/// Who drives the writer.
///
/// Whoever appends while nobody else does takes one turn of the writer himself: a task would be
/// woken for the append, and wake him for the answer, which costs as much as a fast server takes.
/// As soon as a second one appends, or the first gives up, a task goes on with what he began:
/// nobody depends on somebody else being polled.
pub(super) struct Drive {
    runtime: Handle,
    /// There as long as the runtime is.
    alive: Weak<()>,
    state: Mutex<State>,
}

struct State {
    turns: u64,
    closing: bool,
    driver: Driver,
}

enum Driver {
    Nobody(Box<Writer>),
    /// One who appends, at rest in his turn.
    Caller(Turn),
    /// One who appends, at work, and whether a task shall take over from him.
    Busy {
        hand_over: bool,
    },
    Task,
}

type Turn = Pin<Box<dyn Future<Output = Box<Writer>> + Send>>;

/// What comes after a turn.
enum Next {
    Rest,
    Turn(Box<Writer>),
    Finish(Box<Writer>),
}

impl Drive {
    pub(super) fn new(writer: Writer, runtime: Handle, alive: Weak<()>) -> Self {
        Self {
            runtime,
            alive,
            state: Mutex::new(State {
                turns: 0,
                closing: false,
                driver: Driver::Nobody(Box::new(writer)),
            }),
        }
    }

    /// Whether the runtime that the store lives on is there.
    pub(super) fn is_alive(&self) -> bool {
        self.alive.strong_count() > 0
    }

    /// Sees to it that what was put in the queue is taken out: by whoever calls, if nobody else
    /// does.
    pub(super) fn lead(self: &Arc<Self>) -> Lead {
        let mut state = self.lock();
        let turn = self.take_over(&mut state).map(|writer| {
            state.turns += 1;
            state.driver = Driver::Caller(Box::pin(writer.turn()));
            state.turns
        });
        Lead {
            drive: self.clone(),
            turn,
        }
    }

    /// Stores what is queued and ends, once nobody can append any more.
    pub(super) fn close(self: &Arc<Self>) {
        let mut state = self.lock();
        state.closing = true;
        if let Some(writer) = self.take_over(&mut state) {
            self.runtime.spawn(writer.finish());
        }
    }

    /// Lets a task drive, or takes the writer if nobody does.
    fn take_over(self: &Arc<Self>, state: &mut State) -> Option<Box<Writer>> {
        match mem::replace(&mut state.driver, Driver::Task) {
            Driver::Nobody(writer) => return Some(writer),
            Driver::Caller(turn) => self.spawn(turn),
            Driver::Busy { .. } => state.driver = Driver::Busy { hand_over: true },
            Driver::Task => {}
        }
        None
    }

    /// Goes on with a turn in a task, until there is nothing to do.
    fn spawn(self: &Arc<Self>, turn: Turn) {
        let drive = self.clone();
        self.runtime.spawn(async move {
            let mut writer = turn.await;
            loop {
                writer = match drive.after(writer) {
                    Next::Rest => return,
                    Next::Turn(writer) => writer.turn().await,
                    Next::Finish(writer) => return writer.finish().await,
                }
            }
        });
    }

    fn after(&self, writer: Box<Writer>) -> Next {
        let mut state = self.lock();
        if state.closing {
            state.driver = Driver::Task;
            Next::Finish(writer)
        } else if writer.expects_more() {
            state.driver = Driver::Task;
            Next::Turn(writer)
        } else {
            // Whoever appends from here on looks who drives after he has put it in the queue.
            state.driver = Driver::Nobody(writer);
            Next::Rest
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn of the writer that one who appends takes himself.
pub(super) struct Lead {
    drive: Arc<Drive>,
    /// Which turn is his, as long as it lasts.
    turn: Option<u64>,
}

impl Lead {
    /// Goes on with his turn, if he has one.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) {
        let Some(mut turn) = self.take(Driver::Busy { hand_over: false }) else {
            return;
        };
        let drive = &self.drive;
        // Its connection and its timers are on the runtime of the store, wherever this one is.
        let _runtime = drive.runtime.enter();
        // Timers panic if the runtime has ended. Whatever panics, the writer goes with its turn, and
        // those who wait for it hear that their outcome is unknown, as if a task had panicked.
        let polled = catch_unwind(AssertUnwindSafe(|| turn.as_mut().poll(context)));
        let Ok(polled) = polled else {
            self.turn = None;
            return;
        };
        match polled {
            Poll::Ready(writer) => {
                self.turn = None;
                match drive.after(writer) {
                    Next::Rest => {}
                    Next::Turn(writer) => drive.spawn(Box::pin(writer.turn())),
                    Next::Finish(writer) => {
                        drive.runtime.spawn(writer.finish());
                    }
                }
            }
            Poll::Pending => {
                let mut state = drive.lock();
                if matches!(state.driver, Driver::Busy { hand_over: true }) {
                    state.driver = Driver::Task;
                    self.turn = None;
                    drive.spawn(turn);
                } else {
                    state.driver = Driver::Caller(turn);
                }
            }
        }
    }

    /// Takes his turn out of the drive, if it is there still.
    fn take(&mut self, instead: Driver) -> Option<Turn> {
        let mine = self.turn?;
        let mut state = self.drive.lock();
        match mem::replace(&mut state.driver, instead) {
            Driver::Caller(turn) if state.turns == mine => Some(turn),
            other => {
                state.driver = other;
                self.turn = None;
                None
            }
        }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if let Some(turn) = self.take(Driver::Task) {
            self.drive.spawn(turn);
        }
    }
}
