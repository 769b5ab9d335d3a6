//! The loan log's own vocabulary: from the attributes of XES to typed cases and activities.

use std::collections::HashSet;

use pericarp::Timestamp;

use crate::commands::{OfferStep, Step, WorkStep};
use crate::events::{Amount, ApplicationId, Resource, WorkItem};
use crate::fault::{Cause, Fault};
use crate::xes::{Attributes, Trace};

/// One application's trace, understood.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) id: ApplicationId,
    pub(crate) requested: Amount,
    pub(crate) registered_on: Timestamp,
    pub(crate) entries: Vec<Entry>,
}

/// One event of the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) line: u32,
    pub(crate) at: Timestamp,
    pub(crate) activity: Activity,
}

/// What was done, and who did it. Only work may be done by nobody in particular.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Activity {
    Submit(Resource),
    Advance(Step, Resource),
    Negotiate(OfferStep, Resource),
    Work(WorkItem, WorkStep, Option<Resource>),
}

/// Understands traces one by one. A trace with a fault in it is left out as a whole; the next
/// one can be read all the same.
pub(crate) fn cases(
    traces: impl Iterator<Item = Result<Trace, Fault>>,
) -> impl Iterator<Item = Result<Case, Fault>> {
    let mut seen = HashSet::new();
    traces.map(move |trace| {
        let trace = trace?;
        let case = understand(&trace).and_then(|case| {
            if seen.insert(case.id) {
                Ok(case)
            } else {
                Err(Fault::at(trace.attributes.line, Cause::Repeated))
            }
        });
        case.map_err(|fault| fault.in_case(trace.attributes.get("concept:name")))
    })
}

fn understand(trace: &Trace) -> Result<Case, Fault> {
    let of_case = Fields("the case", &trace.attributes);
    let entries = trace
        .events
        .iter()
        .map(entry)
        .collect::<Result<Vec<_>, _>>()?;
    match entries.first() {
        None => Err(Fault::at(trace.attributes.line, Cause::NoEvents)),
        Some(Entry {
            activity: Activity::Submit(_),
            ..
        }) => Ok(()),
        Some(other) => Err(Fault::at(other.line, Cause::NotSubmitted)),
    }?;
    Ok(Case {
        id: ApplicationId(of_case.number("concept:name")?),
        requested: Amount(of_case.number("AMOUNT_REQ")?),
        registered_on: of_case.time("REG_DATE")?,
        entries,
    })
}

fn entry(event: &Attributes) -> Result<Entry, Fault> {
    let of_event = Fields("an event", event);
    let name = of_event.text("concept:name")?;
    let lifecycle = of_event.text("lifecycle:transition")?;
    let unknown = || {
        let (activity, lifecycle) = (name.into(), lifecycle.into());
        Fault::at(
            event.line,
            Cause::UnknownActivity {
                activity,
                lifecycle,
            },
        )
    };
    // Only work has a life; whatever else is in the log is over when it is written there.
    let is_over = lifecycle == "COMPLETE";
    let activity = match name.split_at_checked(2) {
        Some(("A_", "SUBMITTED")) if is_over => Activity::Submit(of_event.resource()?),
        Some(("A_", step)) if is_over => {
            let step = application_step(step).ok_or_else(unknown)?;
            Activity::Advance(step, of_event.resource()?)
        }
        Some(("O_", step)) if is_over => {
            let step = offer_step(step).ok_or_else(unknown)?;
            Activity::Negotiate(step, of_event.resource()?)
        }
        Some(("W_", item)) => {
            let item = work_item(item).ok_or_else(unknown)?;
            let step = work_step(lifecycle).ok_or_else(unknown)?;
            let by = event.get("org:resource").map(|_| of_event.resource());
            Activity::Work(item, step, by.transpose()?)
        }
        _ => return Err(unknown()),
    };
    Ok(Entry {
        line: event.line,
        at: of_event.time("time:timestamp")?,
        activity,
    })
}

fn application_step(name: &str) -> Option<Step> {
    Some(match name {
        "PARTLYSUBMITTED" => Step::PartlySubmit,
        "PREACCEPTED" => Step::PreAccept,
        "ACCEPTED" => Step::Accept,
        "FINALIZED" => Step::Finalize,
        "APPROVED" => Step::Approve,
        "REGISTERED" => Step::Register,
        "ACTIVATED" => Step::Activate,
        "DECLINED" => Step::Decline,
        "CANCELLED" => Step::Cancel,
        _ => return None,
    })
}

fn offer_step(name: &str) -> Option<OfferStep> {
    Some(match name {
        "SELECTED" => OfferStep::Select,
        "CREATED" => OfferStep::Create,
        "SENT" => OfferStep::Send,
        "SENT_BACK" => OfferStep::SendBack,
        "ACCEPTED" => OfferStep::Accept,
        "DECLINED" => OfferStep::Decline,
        "CANCELLED" => OfferStep::Cancel,
        _ => return None,
    })
}

fn work_item(name: &str) -> Option<WorkItem> {
    Some(match name {
        "Afhandelen leads" => WorkItem::HandleLeads,
        "Completeren aanvraag" => WorkItem::CompleteApplication,
        "Nabellen offertes" => WorkItem::FollowUpOffers,
        "Nabellen incomplete dossiers" => WorkItem::FollowUpIncompleteFiles,
        "Valideren aanvraag" => WorkItem::ValidateApplication,
        "Beoordelen fraude" => WorkItem::AssessFraud,
        "Wijzigen contractgegevens" => WorkItem::ChangeContractData,
        _ => return None,
    })
}

fn work_step(lifecycle: &str) -> Option<WorkStep> {
    Some(match lifecycle {
        "SCHEDULE" => WorkStep::Schedule,
        "START" => WorkStep::Start,
        "COMPLETE" => WorkStep::Complete,
        _ => return None,
    })
}

/// Typed access to attributes: what they belong to, and the attributes.
struct Fields<'a>(&'static str, &'a Attributes);

impl<'a> Fields<'a> {
    fn text(&self, key: &'static str) -> Result<&'a str, Fault> {
        match self.1.get(key) {
            Some(attribute) => Ok(&attribute.value),
            None => Err(Fault::at(self.1.line, Cause::Missing { what: self.0, key })),
        }
    }

    fn number(&self, key: &'static str) -> Result<u32, Fault> {
        self.parse(key, "a whole number", |text| text.parse().ok())
    }

    fn time(&self, key: &'static str) -> Result<Timestamp, Fault> {
        self.parse(key, "a time in RFC 3339", Timestamp::parse)
    }

    fn resource(&self) -> Result<Resource, Fault> {
        self.number("org:resource").map(Resource)
    }

    fn parse<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Fault> {
        let value = self.text(key)?;
        parse(value).ok_or_else(|| {
            let line = self
                .1
                .get(key)
                .map_or(self.1.line, |attribute| attribute.line);
            let value = value.into();
            Fault::at(
                line,
                Cause::Invalid {
                    key,
                    value,
                    expected,
                },
            )
        })
    }
}
