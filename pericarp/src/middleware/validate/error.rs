use std::fmt;

use garde::Report;

/// What is wrong with a request in itself: every fault of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invalid {
    /// The faults, at least one.
    pub faults: Vec<Fault>,
}

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Where it is, such as `items[2].name`; empty for the request as a whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl Invalid {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "request.invalid"
    }
}

impl From<Report> for Invalid {
    fn from(report: Report) -> Self {
        let faults = report.iter().map(|(path, error)| Fault {
            path: path.to_string(),
            message: error.message().to_owned(),
        });
        Self {
            faults: faults.collect(),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request is invalid")?;
        for (fault, sign) in self
            .faults
            .iter()
            .zip([": "].into_iter().chain(std::iter::repeat("; ")))
        {
            write!(f, "{sign}{fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for Invalid {}
