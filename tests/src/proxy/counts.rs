/// What clients have sent to a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections, but not those of cancel requests.
    pub connections: usize,
    /// Requests to cancel what another connection does.
    pub cancels: usize,
    /// `Query`: statements without parameters, sent as they are.
    pub queries: usize,
    /// `Parse`: statements prepared.
    pub parses: usize,
    /// `Bind`: statements given their parameters.
    pub binds: usize,
    /// `Describe`: questions about parameters or columns.
    pub describes: usize,
    /// `Execute`: prepared statements executed.
    pub executes: usize,
    /// `Sync`: ends of what is answered together.
    pub syncs: usize,
}

impl Counts {
    /// Statements executed.
    pub const fn statements(&self) -> usize {
        self.queries + self.executes
    }

    /// How often a client asked for everything to be answered, which is how often it waited, unless
    /// it sent more without waiting.
    pub const fn round_trips(&self) -> usize {
        self.queries + self.syncs
    }

    pub(super) const fn see(&mut self, kind: u8) {
        match kind {
            b'Q' => self.queries += 1,
            b'P' => self.parses += 1,
            b'B' => self.binds += 1,
            b'D' => self.describes += 1,
            b'E' => self.executes += 1,
            b'S' => self.syncs += 1,
            _ => {}
        }
    }
}
