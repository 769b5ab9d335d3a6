//! What happens to a loan application: the facts that are stored, under names that never change.
//!
//! The names in the log are those of a Dutch bank's systems; each event and each kind of work
//! says which one it stands for.

use std::fmt;

use pericarp::Timestamp;
use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

/// The bank's number of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ApplicationId(pub(crate) u32);

/// An amount of money, in whole units; the log does not name the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Shape, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Amount(pub(crate) u32);

/// The number of an employee, or of a system: 112 is the one that takes in applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Resource(pub(crate) u32);

/// Which of an application's offers, from 1. The log has no such number: the aggregate gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OfferNumber(pub(crate) u32);

// ANCHOR: submitted
/// `A_SUBMITTED`: a customer asked for a loan. Every application begins with it.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "application.submitted")]
pub(crate) struct Submitted {
    pub(crate) requested: Amount,
    #[serde(with = "rfc3339")]
    pub(crate) registered_on: Timestamp,
    pub(crate) by: Resource,
}
// ANCHOR_END: submitted

/// An application came one step further, or to its end.
#[derive(Debug, Event, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// `A_PARTLYSUBMITTED`: the first, automatic part of the intake is done.
    #[event(name = "application.partly_submitted")]
    PartlySubmitted { by: Resource },
    /// `A_PREACCEPTED`: it may be accepted, but information is missing.
    #[event(name = "application.pre_accepted")]
    PreAccepted { by: Resource },
    /// `A_ACCEPTED`: it is complete, and the bank is willing.
    #[event(name = "application.accepted")]
    Accepted { by: Resource },
    /// `A_FINALIZED`: it is ready for an offer to the customer.
    #[event(name = "application.finalized")]
    Finalized { by: Resource },
    /// `A_APPROVED`: the loan is granted.
    #[event(name = "application.approved")]
    Approved { by: Resource },
    /// `A_REGISTERED`: the granted loan is in the books.
    #[event(name = "application.registered")]
    Registered { by: Resource },
    /// `A_ACTIVATED`: the granted loan is paid out.
    #[event(name = "application.activated")]
    Activated { by: Resource },
    /// `A_DECLINED`: the bank said no.
    #[event(name = "application.declined")]
    Declined { by: Resource },
    /// `A_CANCELLED`: the customer did not go on.
    #[event(name = "application.cancelled")]
    Cancelled { by: Resource },
}

/// Something happened to an offer, `O_…` in the log.
#[derive(Debug, Event, Serialize, Deserialize)]
pub(crate) enum Offering {
    /// `O_SELECTED`: an offer is going to be made.
    #[event(name = "offer.selected")]
    Selected { offer: OfferNumber, by: Resource },
    /// `O_CREATED`: its terms are written down.
    #[event(name = "offer.created")]
    Created { offer: OfferNumber, by: Resource },
    /// `O_SENT`: it went to the customer.
    #[event(name = "offer.sent")]
    Sent { offer: OfferNumber, by: Resource },
    /// `O_SENT_BACK`: the customer answered it.
    #[event(name = "offer.sent_back")]
    SentBack { offer: OfferNumber, by: Resource },
    /// `O_ACCEPTED`: it became the loan.
    #[event(name = "offer.accepted")]
    Accepted { offer: OfferNumber, by: Resource },
    /// `O_DECLINED`: the bank withdrew it.
    #[event(name = "offer.declined")]
    Declined { offer: OfferNumber, by: Resource },
    /// `O_CANCELLED`: it lapsed, often because another offer replaced it.
    #[event(name = "offer.cancelled")]
    Cancelled { offer: OfferNumber, by: Resource },
}

// ANCHOR: work
/// Somebody, or the system where `by` is missing, worked on an application: `W_…` in the log.
#[derive(Debug, Event, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Lifecycle `SCHEDULE`: it is on the list of things to do.
    #[event(name = "work.scheduled")]
    Scheduled {
        item: WorkItem,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Resource>,
    },
    /// Lifecycle `START`: somebody took it up.
    #[event(name = "work.started")]
    Started {
        item: WorkItem,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Resource>,
    },
    /// Lifecycle `COMPLETE`: it was put down; the same item may be started again later.
    #[event(name = "work.completed")]
    Completed {
        item: WorkItem,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Resource>,
    },
}
// ANCHOR_END: work

/// The kinds of work on an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkItem {
    /// `W_Afhandelen leads`: handle leads.
    HandleLeads,
    /// `W_Completeren aanvraag`: complete the application.
    CompleteApplication,
    /// `W_Nabellen offertes`: follow up offers, by telephone.
    FollowUpOffers,
    /// `W_Nabellen incomplete dossiers`: follow up incomplete files, by telephone.
    FollowUpIncompleteFiles,
    /// `W_Valideren aanvraag`: validate the application.
    ValidateApplication,
    /// `W_Beoordelen fraude`: assess a suspicion of fraud.
    AssessFraud,
    /// `W_Wijzigen contractgegevens`: change the data of the contract.
    ChangeContractData,
}

impl WorkItem {
    pub(crate) const ALL: [Self; 7] = [
        Self::HandleLeads,
        Self::CompleteApplication,
        Self::FollowUpOffers,
        Self::FollowUpIncompleteFiles,
        Self::ValidateApplication,
        Self::AssessFraud,
        Self::ChangeContractData,
    ];
}

impl fmt::Display for WorkItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::HandleLeads => "handle leads",
            Self::CompleteApplication => "complete application",
            Self::FollowUpOffers => "follow up offers",
            Self::FollowUpIncompleteFiles => "follow up incomplete files",
            Self::ValidateApplication => "validate application",
            Self::AssessFraud => "assess fraud",
            Self::ChangeContractData => "change contract data",
        })
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A [`Timestamp`] in a payload, readable as it is everywhere else.
mod rfc3339 {
    use std::borrow::Cow;

    use pericarp::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Timestamp::parse(&text).ok_or_else(|| D::Error::custom("not a time in RFC 3339"))
    }
}
