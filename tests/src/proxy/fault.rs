use tokio::sync::oneshot;

/// A statement that is yet to come.
#[derive(Debug, Clone)]
pub struct When {
    text: String,
    nth: usize,
}

impl When {
    /// The n-th statement from now on; 1 is the next.
    pub const fn statement(nth: usize) -> Self {
        Self {
            text: String::new(),
            nth,
        }
    }

    /// The next statement whose SQL has `text` in it.
    pub fn sql(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            nth: 1,
        }
    }

    /// The n-th of these statements instead; 1 is the next.
    #[must_use]
    pub fn nth(self, nth: usize) -> Self {
        Self { nth, ..self }
    }
}

/// What happens to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// The server never sees it.
    CutBefore,
    /// The client never sees the answer.
    CutAfter,
    /// The server sees it later.
    HoldBefore,
    /// The client sees the answer later.
    HoldAfter,
}

impl Action {
    /// Whether it keeps the answer, and not the statement.
    pub(super) const fn is_after(self) -> bool {
        matches!(self, Self::CutAfter | Self::HoldAfter)
    }
}

/// A failure that is prepared.
#[derive(Debug)]
pub struct Fault(oneshot::Receiver<()>);

impl Fault {
    /// Waits until it has happened. Where the answer of a statement is kept from the client, the
    /// server has given it by then.
    ///
    /// # Panics
    ///
    /// It can happen no more: the proxy is gone, or the server's connection ended before.
    pub async fn struck(self) {
        self.0.await.expect("a fault that happens");
    }
}

/// A fault and what it waits for.
#[derive(Debug)]
pub(super) struct Armed {
    when: When,
    strike: Strike,
}

/// What to do, and whom to tell.
#[derive(Debug)]
pub(super) struct Strike {
    pub(super) action: Action,
    told: oneshot::Sender<()>,
}

impl Armed {
    pub(super) fn new(when: When, action: Action) -> (Self, Fault) {
        assert_ne!(when.nth, 0, "1 is the next statement");
        let (told, receiver) = oneshot::channel();
        let strike = Strike { action, told };
        (Self { when, strike }, Fault(receiver))
    }

    /// Counts a statement down. It is the one if nothing is left to wait for.
    fn sees(&mut self, sql: &str) -> bool {
        if sql.contains(&self.when.text) {
            self.when.nth -= 1;
        }
        self.when.nth == 0
    }
}

impl Strike {
    pub(super) fn done(self) {
        // Whether somebody waits for it or not.
        let _ = self.told.send(());
    }
}

/// Shows a statement to all that is armed. The first to wait for it strikes; others that would
/// strike too, wait for the next.
pub(super) fn strike(armed: &mut Vec<Armed>, sql: &str) -> Option<Strike> {
    let mut first = None;
    for (index, armed) in armed.iter_mut().enumerate() {
        if armed.sees(sql) {
            if first.is_none() {
                first = Some(index);
            } else {
                armed.when.nth = 1;
            }
        }
    }
    first.map(|index| armed.remove(index).strike)
}
