//! What may be asked of a loan application, and when it refuses.
//!
//! The rules are those the bank's process follows: the log is the proof, not one of its 262,200
//! events is refused.

use pericarp::Timestamp;
use pericarp::prelude::*;

use crate::application::{LoanApplication, OfferState, Outcome, Stage};
use crate::events::{
    Amount, ApplicationId, OfferNumber, Offering, Progress, Resource, Submitted, Work, WorkItem,
};

/// Apply for a loan.
#[derive(Debug, Command)]
#[command(aggregate = LoanApplication, creates)]
pub(crate) struct Submit {
    #[command(id)]
    pub(crate) application: ApplicationId,
    pub(crate) requested: Amount,
    pub(crate) registered_on: Timestamp,
    pub(crate) by: Resource,
}

/// Bring an application one step further.
#[derive(Debug, Command)]
#[command(aggregate = LoanApplication)]
pub(crate) struct Advance {
    #[command(id)]
    pub(crate) application: ApplicationId,
    pub(crate) step: Step,
    pub(crate) by: Resource,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    PartlySubmit,
    PreAccept,
    Accept,
    Finalize,
    Approve,
    Register,
    Activate,
    Decline,
    Cancel,
}

// ANCHOR: command
/// Bring an offer one step further; the answer says which offer it was.
#[derive(Debug, Command)]
#[command(aggregate = LoanApplication, returns = OfferNumber)]
pub(crate) struct Negotiate {
    #[command(id)]
    pub(crate) application: ApplicationId,
    pub(crate) step: OfferStep,
    pub(crate) by: Resource,
}
// ANCHOR_END: command

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfferStep {
    Select,
    Create,
    Send,
    SendBack,
    Accept,
    Decline,
    Cancel,
}

/// Plan, take up or put down a piece of work.
#[derive(Debug, Command)]
#[command(aggregate = LoanApplication)]
pub(crate) struct DoWork {
    #[command(id)]
    pub(crate) application: ApplicationId,
    pub(crate) item: WorkItem,
    pub(crate) step: WorkStep,
    pub(crate) by: Option<Resource>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkStep {
    Schedule,
    Start,
    Complete,
}

/// Why an application refuses a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("step {step:?} does not follow on a stage of {stage}")]
    OutOfOrder { step: Step, stage: Stage },
    #[error("the application is {0} already")]
    Settled(Outcome),
    #[error("the loan was entered or paid out already")]
    Repeated,
    #[error("offer step {step:?} has to wait: the application is only {stage}")]
    TooEarly { step: OfferStep, stage: Stage },
    #[error("no offer is at a point where step {0:?} could follow")]
    NoSuchOffer(OfferStep),
    #[error("offer {} has to be brought to an end first", .0.0)]
    OfferPending(OfferNumber),
    #[error("nobody planned to {0}")]
    NotScheduled(WorkItem),
    #[error("somebody is busy to {0}")]
    Busy(WorkItem),
}

impl Handle<Submit> for LoanApplication {
    fn handle(new: New<'_, Self>, submit: &Submit) -> Result<(), Refusal> {
        new.create(Submitted {
            requested: submit.requested,
            registered_on: submit.registered_on,
            by: submit.by,
        });
        Ok(())
    }
}

impl Handle<Advance> for LoanApplication {
    fn handle(application: &mut Root<Self>, advance: &Advance) -> Result<(), Refusal> {
        let Advance { step, by, .. } = *advance;
        let from = match step {
            Step::PartlySubmit => Stage::Submitted..=Stage::Submitted,
            Step::PreAccept => Stage::PartlySubmitted..=Stage::PartlySubmitted,
            Step::Accept => Stage::PreAccepted..=Stage::PreAccepted,
            Step::Finalize => Stage::Accepted..=Stage::Accepted,
            Step::Approve | Step::Register | Step::Activate => Stage::Finalized..=Stage::Finalized,
            Step::Decline | Step::Cancel => Stage::PartlySubmitted..=Stage::Finalized,
        };
        if !from.contains(&application.stage) {
            let stage = application.stage;
            return Err(Refusal::OutOfOrder { step, stage });
        }
        match (step, application.outcome) {
            // The three steps that make a loan come in any order.
            (Step::Register | Step::Activate, Outcome::Approved) | (_, Outcome::Open) => {}
            (_, settled) => return Err(Refusal::Settled(settled)),
        }
        match step {
            Step::Register if application.registered => return Err(Refusal::Repeated),
            Step::Activate if application.activated => return Err(Refusal::Repeated),
            _ => {}
        }
        application.emit(match step {
            Step::PartlySubmit => Progress::PartlySubmitted { by },
            Step::PreAccept => Progress::PreAccepted { by },
            Step::Accept => Progress::Accepted { by },
            Step::Finalize => Progress::Finalized { by },
            Step::Approve => Progress::Approved { by },
            Step::Register => Progress::Registered { by },
            Step::Activate => Progress::Activated { by },
            Step::Decline => Progress::Declined { by },
            Step::Cancel => Progress::Cancelled { by },
        });
        Ok(())
    }
}

// ANCHOR: handle
impl Handle<Negotiate> for LoanApplication {
    fn handle(application: &mut Root<Self>, negotiate: &Negotiate) -> Result<OfferNumber, Refusal> {
        let Negotiate { step, by, .. } = *negotiate;
        application.may_negotiate(step)?;
        let offer = match step {
            OfferStep::Select => OfferNumber(application.offers.len() as u32 + 1),
            _ => application
                .offer_in(step.follows_on())
                .ok_or(Refusal::NoSuchOffer(step))?,
        };
        application.emit(match step {
            OfferStep::Select => Offering::Selected { offer, by },
            OfferStep::Create => Offering::Created { offer, by },
            OfferStep::Send => Offering::Sent { offer, by },
            OfferStep::SendBack => Offering::SentBack { offer, by },
            OfferStep::Accept => Offering::Accepted { offer, by },
            OfferStep::Decline => Offering::Declined { offer, by },
            OfferStep::Cancel => Offering::Cancelled { offer, by },
        });
        Ok(offer)
    }
}
// ANCHOR_END: handle

/// An offer the customer has, answered or not.
const WITH_CUSTOMER: &[OfferState] = &[OfferState::Sent, OfferState::SentBack];

impl OfferStep {
    /// Where an offer is before this step.
    fn follows_on(self) -> &'static [OfferState] {
        match self {
            Self::Select => &[],
            Self::Create => &[OfferState::Selected],
            Self::Send => &[OfferState::Created],
            Self::SendBack => &[OfferState::Sent],
            Self::Accept | Self::Decline | Self::Cancel => WITH_CUSTOMER,
        }
    }

    /// Where no other offer may be at this step. A new offer may be chosen while the customer
    /// still has one, but that one ends before the new one is drawn up.
    fn excluded_by(self) -> &'static [OfferState] {
        match self {
            Self::Select => &[OfferState::Selected, OfferState::Created],
            Self::Create => WITH_CUSTOMER,
            _ => &[],
        }
    }
}

impl LoanApplication {
    fn may_negotiate(&self, step: OfferStep) -> Result<(), Refusal> {
        // An offer ends before its application does, or after it in the same way.
        let after = match step {
            OfferStep::Accept => Outcome::Approved,
            OfferStep::Decline => Outcome::Declined,
            OfferStep::Cancel => Outcome::Cancelled,
            _ => Outcome::Open,
        };
        if self.outcome != Outcome::Open && self.outcome != after {
            return Err(Refusal::Settled(self.outcome));
        }
        let needed = match step {
            OfferStep::Select => Stage::Accepted,
            _ => Stage::Finalized,
        };
        if self.stage < needed {
            let stage = self.stage;
            return Err(Refusal::TooEarly { step, stage });
        }
        match self.offer_in(step.excluded_by()) {
            Some(pending) => Err(Refusal::OfferPending(pending)),
            None => Ok(()),
        }
    }
}

impl Handle<DoWork> for LoanApplication {
    fn handle(application: &mut Root<Self>, work: &DoWork) -> Result<(), Refusal> {
        let DoWork { item, step, by, .. } = *work;
        if step != WorkStep::Schedule && !application.work.is_scheduled(item) {
            return Err(Refusal::NotScheduled(item));
        }
        match (step, application.outcome, application.work.busy_with()) {
            // What was planned is still done after a no, but nothing new is planned.
            (WorkStep::Schedule, no @ (Outcome::Declined | Outcome::Cancelled), _) => {
                return Err(Refusal::Settled(no));
            }
            (WorkStep::Start, _, Some(other)) if other != item => {
                return Err(Refusal::Busy(other));
            }
            _ => {}
        }
        application.emit(match step {
            WorkStep::Schedule => Work::Scheduled { item, by },
            WorkStep::Start => Work::Started { item, by },
            WorkStep::Complete => Work::Completed { item, by },
        });
        Ok(())
    }
}
