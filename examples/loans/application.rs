//! The loan application: the state its events fold into.

use std::fmt;

use pericarp::Timestamp;
use pericarp::prelude::*;

use crate::commands::Refusal;
use crate::events::{
    Amount, ApplicationId, OfferNumber, Offering, Progress, Submitted, Work, WorkItem,
};

// ANCHOR: aggregate
/// An application for a loan, with the offers made for it and the work done on it.
#[derive(Debug, Aggregate)]
#[aggregate(
    category = "application",
    id = ApplicationId,
    error = Refusal,
    created_by(Submitted),
    events(Progress, Offering, Work)
)]
pub(crate) struct LoanApplication {
    pub(crate) requested: Amount,
    pub(crate) submitted_at: Timestamp,
    pub(crate) stage: Stage,
    pub(crate) outcome: Outcome,
    /// When the outcome was known, if it is.
    pub(crate) settled_at: Option<Timestamp>,
    pub(crate) registered: bool,
    pub(crate) activated: bool,
    pub(crate) offers: Vec<OfferState>,
    pub(crate) work: WorkLog,
}
// ANCHOR_END: aggregate

/// How far the assessment of an application has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Submitted,
    PartlySubmitted,
    PreAccepted,
    Accepted,
    Finalized,
}

/// How an application ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Open,
    Approved,
    Declined,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfferState {
    Selected,
    Created,
    Sent,
    SentBack,
    Accepted,
    Declined,
    Cancelled,
}

/// What was worked on, and when.
#[derive(Debug, Default)]
pub(crate) struct WorkLog {
    scheduled: Vec<WorkItem>,
    in_progress: Vec<(WorkItem, Timestamp)>,
    pub(crate) sessions: Vec<Session>,
}

/// One stretch of work on one item, from start to completion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Session {
    pub(crate) item: WorkItem,
    pub(crate) started: Timestamp,
    pub(crate) completed: Timestamp,
}

impl Create<Submitted> for LoanApplication {
    fn create(event: Submitted, meta: &Meta<'_>) -> Self {
        Self {
            requested: event.requested,
            submitted_at: meta.occurred_at(),
            stage: Stage::Submitted,
            outcome: Outcome::Open,
            settled_at: None,
            registered: false,
            activated: false,
            offers: Vec::new(),
            work: WorkLog::default(),
        }
    }
}

impl Apply<Progress> for LoanApplication {
    fn apply(&mut self, event: Progress, meta: &Meta<'_>) {
        match event {
            Progress::PartlySubmitted { .. } => self.stage = Stage::PartlySubmitted,
            Progress::PreAccepted { .. } => self.stage = Stage::PreAccepted,
            Progress::Accepted { .. } => self.stage = Stage::Accepted,
            Progress::Finalized { .. } => self.stage = Stage::Finalized,
            Progress::Registered { .. } => self.registered = true,
            Progress::Activated { .. } => self.activated = true,
            Progress::Approved { .. } => self.settle(Outcome::Approved, meta),
            Progress::Declined { .. } => self.settle(Outcome::Declined, meta),
            Progress::Cancelled { .. } => self.settle(Outcome::Cancelled, meta),
        }
    }
}

impl Apply<Offering> for LoanApplication {
    fn apply(&mut self, event: Offering, _: &Meta<'_>) {
        let (offer, state) = match event {
            Offering::Selected { .. } => return self.offers.push(OfferState::Selected),
            Offering::Created { offer, .. } => (offer, OfferState::Created),
            Offering::Sent { offer, .. } => (offer, OfferState::Sent),
            Offering::SentBack { offer, .. } => (offer, OfferState::SentBack),
            Offering::Accepted { offer, .. } => (offer, OfferState::Accepted),
            Offering::Declined { offer, .. } => (offer, OfferState::Declined),
            Offering::Cancelled { offer, .. } => (offer, OfferState::Cancelled),
        };
        if let Some(offer) = self.offers.get_mut(offer.0 as usize - 1) {
            *offer = state;
        }
    }
}

// ANCHOR: apply
impl Apply<Work> for LoanApplication {
    fn apply(&mut self, event: Work, meta: &Meta<'_>) {
        let work = &mut self.work;
        match event {
            Work::Scheduled { item, .. } => work.scheduled.push(item),
            Work::Started { item, .. } => work.in_progress.push((item, meta.occurred_at())),
            Work::Completed { item, .. } => work.complete(item, meta.occurred_at()),
        }
    }
}
// ANCHOR_END: apply

impl LoanApplication {
    fn settle(&mut self, outcome: Outcome, meta: &Meta<'_>) {
        self.outcome = outcome;
        self.settled_at = Some(meta.occurred_at());
    }

    /// The newest offer that is in one of `states`.
    pub(crate) fn offer_in(&self, states: &[OfferState]) -> Option<OfferNumber> {
        let index = self
            .offers
            .iter()
            .rposition(|state| states.contains(state))?;
        Some(OfferNumber(index as u32 + 1))
    }
}

impl WorkLog {
    pub(crate) fn is_scheduled(&self, item: WorkItem) -> bool {
        self.scheduled.contains(&item)
    }

    /// What somebody is working on: never two kinds of work at the same time.
    pub(crate) fn busy_with(&self) -> Option<WorkItem> {
        self.in_progress.last().map(|(item, _)| *item)
    }

    /// Ends the session of an item that began first. Work may be completed that nobody started:
    /// the system takes items off the list when an application is settled.
    fn complete(&mut self, item: WorkItem, completed: Timestamp) {
        if let Some(index) = self.in_progress.iter().position(|(of, _)| *of == item) {
            let (_, started) = self.in_progress.remove(index);
            self.sessions.push(Session {
                item,
                started,
                completed,
            });
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Submitted => "submitted",
            Self::PartlySubmitted => "partly submitted",
            Self::PreAccepted => "pre-accepted",
            Self::Accepted => "accepted",
            Self::Finalized => "finalized",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        })
    }
}
