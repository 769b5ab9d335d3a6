//! The rules of the process, without a store.

use pericarp::Timestamp;
use pericarp::testing::Given;

use crate::application::{LoanApplication, Outcome, Stage};
use crate::commands::{Advance, DoWork, Negotiate, OfferStep, Refusal, Step, Submit, WorkStep};
use crate::events::{
    Amount, ApplicationId, OfferNumber, Offering, Progress, Resource, Submitted, Work, WorkItem,
};

const BY: Resource = Resource(112);

fn submitted() -> Submitted {
    Submitted {
        requested: Amount(20_000),
        registered_on: Timestamp::EPOCH,
        by: BY,
    }
}

/// The way of an application until it is ready for an offer.
fn finalized() -> (Submitted, Progress, Progress, Progress, Progress) {
    (
        submitted(),
        Progress::PartlySubmitted { by: BY },
        Progress::PreAccepted { by: BY },
        Progress::Accepted { by: BY },
        Progress::Finalized { by: BY },
    )
}

fn advance(step: Step) -> Advance {
    Advance {
        application: ApplicationId(1),
        step,
        by: BY,
    }
}

fn negotiate(step: OfferStep) -> Negotiate {
    Negotiate {
        application: ApplicationId(1),
        step,
        by: BY,
    }
}

fn work(item: WorkItem, step: WorkStep) -> DoWork {
    DoWork {
        application: ApplicationId(1),
        item,
        step,
        by: None,
    }
}

#[test]
fn an_application_begins_with_its_submission() {
    let submit = Submit {
        application: ApplicationId(1),
        requested: Amount(20_000),
        registered_on: Timestamp::EPOCH,
        by: BY,
    };
    LoanApplication::given(()).when(submit).then(submitted());
}

#[test]
fn its_steps_follow_on_each_other() {
    LoanApplication::given(submitted())
        .when(advance(Step::PartlySubmit))
        .then(Progress::PartlySubmitted { by: BY });
    LoanApplication::given(submitted())
        .when(advance(Step::Approve))
        .then_error(Refusal::OutOfOrder {
            step: Step::Approve,
            stage: Stage::Submitted,
        });
}

#[test]
fn a_loan_is_approved_registered_and_activated_in_any_order_and_once() {
    let (a, b, c, d, e) = finalized();
    LoanApplication::given((a, b, c, d, e, Progress::Approved { by: BY }))
        .when(advance(Step::Activate))
        .then(Progress::Activated { by: BY });
    let (a, b, c, d, e) = finalized();
    LoanApplication::given((a, b, c, d, e, Progress::Registered { by: BY }))
        .when(advance(Step::Approve))
        .then(Progress::Approved { by: BY });
    let (a, b, c, d, e) = finalized();
    LoanApplication::given((a, b, c, d, e, Progress::Registered { by: BY }))
        .when(advance(Step::Register))
        .then_error(Refusal::Repeated);
}

#[test]
fn a_no_is_final() {
    let (a, b, c, d, e) = finalized();
    LoanApplication::given((a, b, c, d, e, Progress::Declined { by: BY }))
        .when(advance(Step::Approve))
        .then_error(Refusal::Settled(Outcome::Declined));
    let (a, b, c, d, e) = finalized();
    LoanApplication::given((a, b, c, d, e, Progress::Cancelled { by: BY }))
        .when(work(WorkItem::FollowUpOffers, WorkStep::Schedule))
        .then_error(Refusal::Settled(Outcome::Cancelled));
}

#[test]
fn the_customer_has_one_offer_at_a_time() {
    let (a, b, c, d, e) = finalized();
    let first = OfferNumber(1);
    let selected = Offering::Selected {
        offer: first,
        by: BY,
    };
    let created = Offering::Created {
        offer: first,
        by: BY,
    };
    let sent = Offering::Sent {
        offer: first,
        by: BY,
    };
    LoanApplication::given((a, b, c, d, e, selected, created, sent))
        .when(negotiate(OfferStep::Select))
        .then(Offering::Selected {
            offer: OfferNumber(2),
            by: BY,
        })
        .returning(OfferNumber(2));

    let history = || {
        let (a, b, c, d, e) = finalized();
        let selected = |offer| Offering::Selected {
            offer: OfferNumber(offer),
            by: BY,
        };
        let created = Offering::Created {
            offer: first,
            by: BY,
        };
        let sent = Offering::Sent {
            offer: first,
            by: BY,
        };
        (a, b, c, d, e, selected(1), created, sent, selected(2))
    };
    LoanApplication::given(history())
        .when(negotiate(OfferStep::Create))
        .then_error(Refusal::OfferPending(first));
    LoanApplication::given(history())
        .when(negotiate(OfferStep::Cancel))
        .then(Offering::Cancelled {
            offer: first,
            by: BY,
        })
        .returning(first);
}

// ANCHOR: test
#[test]
fn work_is_planned_before_it_is_done_and_done_one_kind_at_a_time() {
    let (leads, fraud) = (WorkItem::HandleLeads, WorkItem::AssessFraud);
    LoanApplication::given(submitted())
        .when(work(leads, WorkStep::Start))
        .then_error(Refusal::NotScheduled(leads));
    let begun = (
        submitted(),
        Work::Scheduled {
            item: leads,
            by: None,
        },
        Work::Scheduled {
            item: fraud,
            by: None,
        },
        Work::Started {
            item: leads,
            by: None,
        },
    );
    LoanApplication::given(begun)
        .when(work(fraud, WorkStep::Start))
        .then_error(Refusal::Busy(leads));
}
// ANCHOR_END: test
