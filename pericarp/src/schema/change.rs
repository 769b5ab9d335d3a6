use std::fmt::{self, Display, Formatter};

/// What a change does to events that are stored already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All are read as before.
    Compatible,
    /// All are read, and there is something to know before it is deployed.
    Note,
    /// Some cannot be read any more, or mean something else.
    Breaking,
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Compatible => "compatible",
            Self::Note => "note",
            Self::Breaking => "breaking",
        })
    }
}

/// One difference between a lock file and a build.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The stored name and the version of the event, as `account.opened v2`.
    pub event: String,
    /// Which field or variant inside it, as `address.zip`; empty for the event as a whole.
    pub field: String,
    /// What it does to stored events.
    pub verdict: Verdict,
    /// What it was, in the lock file; empty if it was not there.
    pub old: String,
    /// What it is now; empty if it is not there.
    pub new: String,
    /// What becomes of stored events.
    pub effect: String,
    /// What to write instead; empty if nothing has to be done.
    pub fix: String,
}

impl Display for Change {
    /// As a reader of a difference sees it: what changed, and under it what that means.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (sign, line) = match (self.old.as_str(), self.new.as_str()) {
            ("", new) => ('+', new.to_owned()),
            (old, "") => ('-', old.to_owned()),
            (old, new) if old == new => ('~', old.to_owned()),
            (old, new) => ('~', format!("{old} -> {new}")),
        };
        write!(f, "  {sign} ")?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{line}")?;
        writeln!(f, "  [{}]", self.verdict)?;
        for text in [&self.effect, &self.fix] {
            for line in text.lines() {
                writeln!(f, "      {line}")?;
            }
        }
        Ok(())
    }
}
