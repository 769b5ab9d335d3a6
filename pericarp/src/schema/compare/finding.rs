use crate::schema::change::Verdict;
use crate::schema::scalar::Fit;

/// One thing that follows from a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) effect: String,
    pub(super) fix: String,
}

impl Finding {
    pub(super) fn breaking(effect: impl Into<String>) -> Self {
        Self::new(Verdict::Breaking, effect)
    }

    pub(super) fn note(effect: impl Into<String>) -> Self {
        Self::new(Verdict::Note, effect)
    }

    pub(super) fn compatible(effect: impl Into<String>) -> Self {
        Self::new(Verdict::Compatible, effect)
    }

    pub(super) fn of(fit: Fit) -> Option<Self> {
        match fit {
            Fit::All => None,
            Fit::Note(effect) => Some(Self::note(effect)),
            Fit::Not(effect) => Some(Self::breaking(effect)),
        }
    }

    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    fn new(verdict: Verdict, effect: impl Into<String>) -> Self {
        Self {
            verdict,
            effect: effect.into(),
            fix: String::new(),
        }
    }
}
