use std::fmt;

use super::{Amount, Figure, Finding, Severity};

/// All that was found.
///
/// It prints as a table: what is broken first, with what to do about it, then what is well, then
/// the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    place: String,
    findings: Vec<Finding>,
    figures: Vec<Figure>,
}

impl Report {
    /// A report on the log at `place`, for stores.
    pub fn new(place: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            findings: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// Adds a finding, for stores.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Adds a figure, for stores.
    pub fn figure(&mut self, name: &'static str, amount: Amount) {
        self.figures.push(Figure::new(name, amount));
    }

    /// Where the log is.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether nothing is broken: there is no finding of [`Severity::Error`].
    pub fn is_healthy(&self) -> bool {
        self.worst() < Severity::Error
    }

    /// How bad the worst finding is.
    pub fn worst(&self) -> Severity {
        let severities = self.findings.iter().map(|finding| finding.severity);
        severities.max().unwrap_or(Severity::Ok)
    }

    /// All findings, in the order they were made.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The findings that are at least so bad.
    pub fn at_least(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.severity >= severity)
    }

    /// The figures, in the order they were read.
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }
}

impl<'r> IntoIterator for &'r Report {
    type Item = &'r Finding;
    type IntoIter = std::slice::Iter<'r, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.findings.iter()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.place)?;
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let width = widest(findings.iter().map(|finding| finding.code));
        for finding in findings {
            let Finding {
                code,
                severity,
                what,
                fix,
                sql,
            } = finding;
            writeln!(f, "  {severity:<7}  {code:<width$}  {what}")?;
            if !fix.is_empty() {
                writeln!(f, "  {:<7}  {:<width$}  → {fix}", "", "")?;
            }
            for line in sql.iter().flat_map(|sql| sql.lines()) {
                writeln!(f, "  {:<7}  {:<width$}    {line}", "", "")?;
            }
        }
        if !self.figures.is_empty() {
            writeln!(f)?;
        }
        let width = widest(self.figures.iter().map(|figure| figure.name));
        for Figure { name, amount } in &self.figures {
            writeln!(f, "  {name:<width$}  {amount:>12}")?;
        }
        Ok(())
    }
}

fn widest<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0)
}
