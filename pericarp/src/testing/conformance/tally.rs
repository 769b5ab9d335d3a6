use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::random::mix;
use crate::{CommitId, Committed, Position};

/// Which commits there are, and where: as much as tells whether two that counted agree, in a size
/// that does not grow with the events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) commits: u64,
    pub(super) events: u64,
    ranges: BTreeMap<u64, Range>,
}

/// The commits that begin in a range of positions, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Range {
    commits: u64,
    sum: u64,
}

/// How many positions a range has, as a power of two.
const RANGE: u32 = 14;

impl Tally {
    /// Counts a commit that has events.
    pub(super) fn count(&mut self, id: CommitId, first: Position, last: Position, events: usize) {
        self.commits += 1;
        self.events += events as u64;
        let (high, low) = id.get().as_u64_pair();
        let parts = [high, low, first.get(), last.get(), events as u64];
        let commit = parts.into_iter().fold(0_u64, |sum, part| {
            mix(sum.wrapping_add(part).wrapping_add(0x9e37_79b9_7f4a_7c15))
        });
        let range = self.ranges.entry(first.get() >> RANGE).or_default();
        range.commits += 1;
        range.sum = range.sum.wrapping_add(commit);
    }

    /// Counts a commit that was acknowledged.
    pub(super) fn acknowledged(&mut self, answer: &Committed, events: usize) {
        self.count(answer.id, answer.first, answer.last, events);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.commits += other.commits;
        self.events += other.events;
        for (number, other) in &other.ranges {
            let range = self.ranges.entry(*number).or_default();
            range.commits += other.commits;
            range.sum = range.sum.wrapping_add(other.sum);
        }
    }

    /// What the first difference of what was read is to what was acknowledged, which this is.
    pub(super) fn difference(&self, read: &Self) -> Option<String> {
        let of = |tally: &Self, number| tally.ranges.get(number).copied().unwrap_or_default();
        let number = self
            .ranges
            .keys()
            .chain(read.ranges.keys())
            .filter(|number| of(self, number) != of(read, number))
            .min()?;
        let (acknowledged, read) = (of(self, number).commits, of(read, number).commits);
        let (first, last) = (number << RANGE, ((number + 1) << RANGE) - 1);
        Some(if acknowledged == read {
            format!(
                "of the {read} commits from position {first} to {last} not all are as acknowledged"
            )
        } else {
            format!(
                "{acknowledged} commits from position {first} to {last} were acknowledged, and \
                 {read} are read"
            )
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.commits, self.events)?;
        self.ranges
            .iter()
            .try_for_each(|(number, Range { commits, sum })| write!(f, " {number} {commits} {sum}"))
    }
}

impl FromStr for Tally {
    type Err = std::num::ParseIntError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let numbers: Vec<u64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let (totals, ranges) = numbers.split_at(numbers.len().min(2));
        Ok(Self {
            commits: totals.first().copied().unwrap_or_default(),
            events: totals.get(1).copied().unwrap_or_default(),
            ranges: ranges
                .as_chunks()
                .0
                .iter()
                .map(|&[number, commits, sum]| (number, Range { commits, sum }))
                .collect(),
        })
    }
}
