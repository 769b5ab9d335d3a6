use std::borrow::Cow;
use std::fmt;

/// How much to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// What takes milliseconds, however long the log.
    #[default]
    Quick,
    /// Every event too, which takes as long as reading the log.
    Thorough,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is as it should be.
    Ok,
    /// It is worth knowing.
    Note,
    /// It works, and not as well as it could.
    Warning,
    /// A promise of the log does not hold, or may not hold soon.
    Error,
}

impl Severity {
    /// Its name, in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of finding it is; it does not change when the text does.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found.
    pub what: String,
    /// What to do; empty if all is well.
    pub fix: Cow<'static, str>,
    /// SQL that does it, if SQL can: to be run on the log by a client that may change its schema.
    pub sql: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Ok, code, what)
    }

    /// Something is worth knowing.
    pub fn note(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, what)
    }

    /// Something could be better.
    pub fn warning(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, what)
    }

    /// Something is broken.
    pub fn error(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, what)
    }

    /// Says what to do.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Cow<'static, str>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Names the SQL that does it.
    #[must_use]
    pub fn sql(mut self, sql: impl Into<String>) -> Self {
        self.sql = Some(sql.into());
        self
    }

    fn new(severity: Severity, code: &'static str, what: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            what: what.into(),
            fix: Cow::Borrowed(""),
            sql: None,
        }
    }
}
