use std::io;
use std::path::PathBuf;

use super::difference::Difference;

/// Why a schema is not what its lock file says, or could not be held against it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// There is no lock file yet.
    #[error(
        "{} is not there yet; write it with `PERICARP_BLESS=1 cargo test`, and commit it",
        path.display()
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The lock file cannot be read.
    #[error("read {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The lock file cannot be written.
    #[error("write {}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The lock file is not one.
    #[error("parse {}", path.display())]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where, and why.
        source: ParseLockError,
    },
    /// Two events of the schema are stored under one name.
    #[error("two events share a stored name, so a reader could not tell them apart: {}", clashes.join("; "))]
    Clash {
        /// Which.
        clashes: Vec<String>,
    },
    /// Blessing was asked for where nobody sees what is blessed.
    #[error(
        "PERICARP_BLESS is set, and so is CI: a change is accepted where a person reads it; bless on your machine and commit the lock file"
    )]
    BlessInCi,
    /// Events that are stored could not be read any more, or would mean something else.
    #[error("{difference}")]
    Breaking {
        /// What changed.
        difference: Difference,
    },
    /// Nothing breaks, and there is something to know before it is deployed.
    #[error("{difference}")]
    Note {
        /// What changed.
        difference: Difference,
    },
    /// Nothing breaks; the lock file does not have the change yet.
    #[error("{difference}")]
    Behind {
        /// What changed.
        difference: Difference,
    },
}

impl LockError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "schema.missing",
            Self::Read { .. } => "schema.read",
            Self::Write { .. } => "schema.write",
            Self::Parse { .. } => "schema.parse",
            Self::Clash { .. } => "schema.clash",
            Self::BlessInCi => "schema.bless_in_ci",
            Self::Breaking { .. } => "schema.breaking",
            Self::Note { .. } => "schema.note",
            Self::Behind { .. } => "schema.behind",
        }
    }
}

/// A line that does not belong in a lock file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {syntax}")]
#[non_exhaustive]
pub struct ParseLockError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub syntax: LockSyntax,
}

impl ParseLockError {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "schema.parse"
    }
}

/// What is wrong with a line of a lock file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockSyntax {
    /// The file does not say that it is a lock file.
    #[error("the first line that is no comment should be `lock 1`")]
    NoVersion,
    /// A later release wrote the file.
    #[error("this is a lock file of form {found}, and this build reads form 1; update pericarp")]
    NewerForm {
        /// Which form it has.
        found: String,
    },
    /// Two versions of the file were merged, and nobody has decided.
    #[error(
        "a merge is not finished here; take either side, then run `PERICARP_BLESS=1 cargo test`"
    )]
    MergeConflict,
    /// Something else stands where a word or a mark should be.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A word has no meaning here.
    #[error("`{word}` has no meaning here")]
    Word {
        /// Which.
        word: String,
    },
    /// A type is used that the event does not describe.
    #[error("the event does not say what `{name}` is")]
    UnknownType {
        /// Which.
        name: String,
    },
    /// An event or a type is there twice.
    #[error("`{name}` is there twice")]
    Twice {
        /// Which.
        name: String,
    },
    /// A number is none, or too large.
    #[error("`{text}` is not a number that can stand here")]
    Number {
        /// What is there.
        text: String,
    },
    /// A quotation mark is not closed.
    #[error("a quotation mark is not closed")]
    Unclosed,
    /// A backslash is followed by something unknown.
    #[error("a backslash stands before `\"`, `\\` or `u{{..}}`")]
    Escape,
    /// A line is further to the right than the one it belongs to allows.
    #[error("indented by {found} spaces, where {allowed} at most make sense")]
    Indent {
        /// How far it is.
        found: usize,
        /// How far it may be.
        allowed: usize,
    },
    /// Types nest deeper than any type would.
    #[error("types nest too deep")]
    Deep,
}
