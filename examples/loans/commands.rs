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

/// Bring an offer one step further; the answer says which offer it was.
#[derive(Debug, Command)]
#[command(aggregate = LoanApplication, returns = OfferNumber)]
pub(crate) struct Negotiate {
    #[command(id)]
    pub(crate) application: ApplicationId,
    pub(crate) step: OfferStep,
    pub(crate) by: Resource,
}

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
            // The three that make a loan come in any order.
            (Step::Register, Outcome::Open | Outcome::Approved) if application.registered => {
                return Err(Refusal::Repeated);
            }
            (Step::Activate, Outcome::Open | Outcome::Approved) if application.activated => {
                return Err(Refusal::Repeated);
            }
            (Step::Register | Step::Activate, Outcome::Approved) | (_, Outcome::Open) => {}
            (_, settled) => return Err(Refusal::Settled(settled)),
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

/// An offer the customer has, answered or not.
const WITH_CUSTOMER: &[OfferState] = &[OfferState::Sent, OfferState::SentBack];

impl Handle<Negotiate> for LoanApplication {
    fn handle(
        application: &mut Root<Self>,
        negotiate: &Negotiate,
    ) -> Result<OfferNumber, Refusal> {
        let Negotiate { step, by, .. } = *negotiate;
        application.may_negotiate(step)?;
        let from: &[OfferState] = match step {
            OfferStep::Select => {
                let offer = OfferNumber(application.offers.len() as u32 + 1);
                application.emit(Offering::Selected { offer, by });
                return Ok(offer);
            }
            OfferStep::Create => &[OfferState::Selected],
            OfferStep::Send => &[OfferState::Created],
            OfferStep::SendBack => &[OfferState::Sent],
            OfferStep::Accept | OfferStep::Decline | OfferStep::Cancel => WITH_CUSTOMER,
        };
        let offer = application
            .offer_in(from)
            .ok_or(Refusal::NoSuchOffer(step))?;
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

impl LoanApplication {
    fn may_negotiate(&self, step: OfferStep) -> Result<(), Refusal> {
        // A new offer may be chosen while the customer still has one, but that one ends before
        // the new one is drawn up: the customer never has two.
        let blocked_by: &[OfferState] = match step {
            OfferStep::Select => &[OfferState::Selected, OfferState::Created],
            OfferStep::Create => WITH_CUSTOMER,
            _ => &[],
        };
        if let Some(pending) = self.offer_in(blocked_by) {
            return Err(Refusal::OfferPending(pending));
        }
        let allowed = match step {
            OfferStep::Select if self.stage < Stage::Accepted => {
                return Err(Refusal::NoSuchOffer(step));
            }
            OfferStep::Create if self.stage < Stage::Finalized => {
                return Err(Refusal::NoSuchOffer(step));
            }
            OfferStep::Select | OfferStep::Create | OfferStep::Send | OfferStep::SendBack => {
                self.outcome == Outcome::Open
            }
            OfferStep::Accept => !self.is_off(),
            OfferStep::Decline => matches!(self.outcome, Outcome::Open | Outcome::Declined),
            OfferStep::Cancel => matches!(self.outcome, Outcome::Open | Outcome::Cancelled),
        };
        if allowed {
            Ok(())
        } else {
            Err(Refusal::Settled(self.outcome))
        }
    }
}

impl Handle<DoWork> for LoanApplication {
    fn handle(application: &mut Root<Self>, work: &DoWork) -> Result<(), Refusal> {
        let DoWork { item, step, by, .. } = *work;
        if step != WorkStep::Schedule && !application.work.is_scheduled(item) {
            return Err(Refusal::NotScheduled(item));
        }
        match step {
            // Work that was begun goes on after the end; only a contract begets new work then.
            WorkStep::Schedule if application.is_off() => {
                Err(Refusal::Settled(application.outcome))
            }
            WorkStep::Start => match application.work.busy_with() {
                Some(other) if other != item => Err(Refusal::Busy(other)),
                _ => Ok(()),
            },
            _ => Ok(()),
        }?;
        application.emit(match step {
            WorkStep::Schedule => Work::Scheduled { item, by },
            WorkStep::Start => Work::Started { item, by },
            WorkStep::Complete => Work::Completed { item, by },
        });
        Ok(())
    }
}
