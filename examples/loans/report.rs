//! What the bank may want to know, counted over the replayed applications.

use std::cmp::Reverse;
use std::fmt;
use std::time::Duration;

use pericarp::{Root, Timestamp};

use crate::application::{LoanApplication, OfferState, Outcome, Session};
use crate::events::{ApplicationId, WorkItem};
use crate::table::{Table, percent, span, thousands};

const OUTCOMES: [Outcome; 4] = [
    Outcome::Approved,
    Outcome::Declined,
    Outcome::Cancelled,
    Outcome::Open,
];

/// How many of the longest sessions of work are listed.
const LONGEST: usize = 5;

/// The figures of the report. Applications are counted one by one and not kept.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) events: u64,
    outcomes: [OfOutcome; 4],
    offers: [u64; 7],
    /// How many applications had no offer, one, and so on; the last place is for more.
    offers_per_application: [u64; 6],
    work: [Vec<Duration>; 7],
    longest: Vec<(ApplicationId, Session)>,
}

#[derive(Default)]
struct OfOutcome {
    amounts: Vec<u32>,
    until_settled: Vec<Duration>,
    offers: u64,
}

impl Report {
    pub(crate) fn count(&mut self, application: &Root<LoanApplication>) {
        self.events += Root::version(application).get();
        let outcome = &mut self.outcomes[application.outcome as usize];
        outcome.amounts.push(application.requested.0);
        outcome.offers += application.offers.len() as u64;
        if let Some(settled) = application.settled_at {
            outcome
                .until_settled
                .push(settled.since(application.submitted_at));
        }
        let most = self.offers_per_application.len() - 1;
        self.offers_per_application[application.offers.len().min(most)] += 1;
        for offer in &application.offers {
            self.offers[*offer as usize] += 1;
        }
        for session in &application.work.sessions {
            self.work[session.item as usize].push(session.length());
            self.longest.push((*Root::id(application), *session));
        }
        self.longest
            .sort_by_key(|(_, session)| Reverse(session.length()));
        self.longest.truncate(LONGEST);
    }

    /// How many applications were counted.
    pub(crate) fn applications(&self) -> u64 {
        OUTCOMES
            .iter()
            .map(|outcome| self.with_outcome(*outcome))
            .sum()
    }

    /// How many applications ended in `outcome`.
    pub(crate) fn with_outcome(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize].len()
    }
}

impl OfOutcome {
    fn len(&self) -> u64 {
        self.amounts.len() as u64
    }
}

impl Session {
    fn length(&self) -> Duration {
        self.completed.since(self.started)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = [
            ("What became of the applications", self.outcome_table()),
            ("Offers for an application", self.offers_each_table()),
            ("What became of the offers", self.offer_table()),
            ("Work, the slowest first", self.work_table()),
            ("The longest sessions of work", self.longest_table()),
        ];
        for (title, table) in tables {
            writeln!(f, "{title}\n\n{table}")?;
        }
        Ok(())
    }
}

impl Report {
    fn outcome_table(&self) -> Table {
        let mut table = Table::new([
            "Outcome",
            "applications",
            "share",
            "amount requested",
            "median amount",
            "offers each",
            "median time",
        ]);
        let mut row = |name: &str, of: &OfOutcome| {
            let total = of.amounts.iter().copied().map(u64::from).sum();
            table.row([
                name.into(),
                thousands(of.len()),
                percent(of.len(), self.applications()),
                thousands(total),
                quantile(&of.amounts, 0.5).map_or("–".into(), |amount| thousands(amount.into())),
                format!("{:.2}", of.offers as f64 / of.len().max(1) as f64),
                quantile(&of.until_settled, 0.5).map_or("–".into(), span),
            ]);
        };
        let mut all = OfOutcome::default();
        for outcome in OUTCOMES {
            let of = &self.outcomes[outcome as usize];
            row(&outcome.to_string(), of);
            all.amounts.extend(&of.amounts);
            all.until_settled.extend(&of.until_settled);
            all.offers += of.offers;
        }
        row("all", &all);
        table
    }

    fn offers_each_table(&self) -> Table {
        let mut table = Table::new(["Offers", "applications", "share"]);
        let most = self.offers_per_application.len() - 1;
        for (offers, count) in self.offers_per_application.iter().enumerate() {
            let or_more = if offers == most { " or more" } else { "" };
            let share = percent(*count, self.applications());
            table.row([format!("{offers}{or_more}"), thousands(*count), share]);
        }
        table
    }

    fn offer_table(&self) -> Table {
        let of = |state: OfferState| self.offers[state as usize];
        let made = self.offers.iter().sum();
        let ended = [
            OfferState::Accepted,
            OfferState::Declined,
            OfferState::Cancelled,
        ]
        .map(of);
        let mut table = Table::new(["Outcome", "offers", "share"]);
        let rows = ["accepted", "declined", "cancelled"].into_iter().zip(ended);
        let pending = made - ended.iter().sum::<u64>();
        for (name, count) in rows.chain([("pending", pending), ("all", made)]) {
            table.row([name.into(), thousands(count), percent(count, made)]);
        }
        table
    }

    fn work_table(&self) -> Table {
        let mut table = Table::new([
            "Work item",
            "sessions",
            "median",
            "95 %",
            "longest",
            "total",
        ]);
        let mut items = WorkItem::ALL;
        items.sort_by_key(|item| Reverse(quantile(&self.work[*item as usize], 0.5)));
        for item in items {
            let lengths = &self.work[item as usize];
            let at = |part| quantile(lengths, part).map_or("–".into(), span);
            table.row([
                item.to_string(),
                thousands(lengths.len() as u64),
                at(0.5),
                at(0.95),
                at(1.0),
                span(lengths.iter().sum()),
            ]);
        }
        table
    }

    fn longest_table(&self) -> Table {
        let mut table = Table::new([
            "Work item",
            "application",
            "from (UTC)",
            "to (UTC)",
            "length",
        ]);
        let minute = |at: Timestamp| at.to_string().get(..16).unwrap_or("").replace('T', " ");
        for (application, session) in &self.longest {
            table.row([
                session.item.to_string(),
                application.to_string(),
                minute(session.started),
                minute(session.completed),
                span(session.length()),
            ]);
        }
        table
    }
}

/// The value below which `part` of all values lie.
fn quantile<T: Ord + Copy>(values: &[T], part: f64) -> Option<T> {
    let mut values = values.to_vec();
    values.sort_unstable();
    let last = values.len().checked_sub(1)?;
    values.get((last as f64 * part).round() as usize).copied()
}
