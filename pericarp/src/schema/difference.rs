use std::fmt::{self, Display, Formatter};

use super::change::{Change, Verdict};

/// How the events of a build differ from those of a lock file.
///
/// Its text is a report: the verdict, then event by event what changed, what becomes of stored
/// events, and what to write instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub(crate) events: Vec<EventChanges>,
}

/// What changed in one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventChanges {
    pub(crate) event: String,
    pub(crate) changes: Vec<Change>,
    /// How to raise the version and translate what is stored; empty if that is no way out.
    pub(crate) way_out: String,
}

impl Difference {
    /// Every change; those of an event that breaks come first.
    pub fn changes(&self) -> Vec<&Change> {
        let events = self.events.iter();
        events.flat_map(|event| &event.changes).collect()
    }

    /// The worst verdict of all changes.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.events.iter().map(EventChanges::verdict);
        verdicts.max().unwrap_or(Verdict::Compatible)
    }

    pub(crate) fn sort(&mut self) {
        for event in &mut self.events {
            let worst_first = |change: &Change| std::cmp::Reverse(change.verdict);
            event.changes.sort_by_key(worst_first);
        }
        // Stable: events of one verdict stay sorted by name.
        self.events
            .sort_by_key(|event| std::cmp::Reverse(event.verdict()));
    }

    fn count(&self, verdict: Verdict) -> usize {
        let changes = self.changes().into_iter();
        changes.filter(|change| change.verdict == verdict).count()
    }
}

impl EventChanges {
    pub(crate) fn verdict(&self) -> Verdict {
        let verdicts = self.changes.iter().map(|change| change.verdict);
        verdicts.max().unwrap_or(Verdict::Compatible)
    }
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let head = match self.verdict() {
            _ if self.events.is_empty() => return f.write_str("no event has changed\n"),
            Verdict::Breaking => "events that are stored could not be read any more",
            Verdict::Note => "every stored event can be read; there is something to know",
            Verdict::Compatible => "every stored event can be read; the lock file is behind",
        };
        writeln!(f, "{head}")?;
        writeln!(
            f,
            "{} breaking, {} to note, {} compatible",
            self.count(Verdict::Breaking),
            self.count(Verdict::Note),
            self.count(Verdict::Compatible),
        )?;
        for event in &self.events {
            writeln!(f, "\n{}", event.event)?;
            for change in &event.changes {
                write!(f, "{change}")?;
            }
            if !event.way_out.is_empty() {
                writeln!(f, "    or translate what is stored:")?;
            }
            for line in event.way_out.lines() {
                match line {
                    "" => writeln!(f)?,
                    line => writeln!(f, "      {line}")?,
                }
            }
        }
        f.write_str(match self.verdict() {
            Verdict::Breaking => {
                "\nIf no such event is stored anywhere, accept it: PERICARP_BLESS=1 cargo test\n"
            }
            Verdict::Note => "\nIf that is meant, accept it: PERICARP_BLESS=1 cargo test\n",
            Verdict::Compatible => {
                "\nRun the tests on your machine, which records it, and commit the lock file.\n"
            }
        })
    }
}
