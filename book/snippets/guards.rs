//! Middlewares that decide whether a request may go on, and how often.

use std::convert::Infallible;
use std::time::Duration;

use pericarp::middleware::{
    Authorise, Denied, Invalid, Limit, Only, Permits, Policy, Retry, Timeout, Validate,
};
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{AskError, Failure, Payload, Pericarp, Principal, Provide};

use crate::Outcome;

#[derive(Default)]
struct Ledger {
    theirs: TheirOwn,
}

impl Provide<Ledger> for Ledger {
    fn provide(&self) -> &Ledger {
        self
    }
}

// ANCHOR: policy
/// Everybody may see what is their own, and auditors all.
#[derive(Default)]
struct TheirOwn;

impl Policy<Statement> for TheirOwn {
    async fn permits(&self, payload: &Payload<Statement>) -> Result<(), Denied> {
        match &payload.principal {
            None => Err(Denied::Unauthenticated),
            Some(who) if who.id == payload.request.owner || who.has_role("auditor") => Ok(()),
            Some(_) => Err(Denied::forbidden("it is somebody else's account")),
        }
    }
}

#[derive(Query)]
#[query(on = Ledger, returns = u64, middleware(Authorise::<TheirOwn>::new()))]
struct Statement {
    owner: String,
}

impl Provide<TheirOwn> for Ledger {
    fn provide(&self) -> &TheirOwn {
        &self.theirs
    }
}
// ANCHOR_END: policy

impl Answer<Statement> for Ledger {
    async fn answer(&self, query: &Statement) -> Result<u64, Infallible> {
        Ok(query.owner.len() as u64)
    }
}

// ANCHOR: validate
#[derive(Query, garde::Validate)]
#[query(on = Ledger, returns = u64, middleware(Only("teller"), Validate))]
struct Search {
    #[garde(length(min = 3))]
    owner: String,
    #[garde(range(min = 1, max = 100))]
    per_page: u64,
}
// ANCHOR_END: validate

impl Answer<Search> for Ledger {
    async fn answer(&self, query: &Search) -> Result<u64, Infallible> {
        Ok(query.per_page)
    }
}

// ANCHOR: retry
#[derive(Query)]
#[query(
    on = Ledger,
    returns = u64,
    middleware(Retry::attempts(3).within(Duration::from_secs(2)), Timeout::millis(500))
)]
struct Total;
// ANCHOR_END: retry

impl Answer<Total> for Ledger {
    async fn answer(&self, _: &Total) -> Result<u64, Infallible> {
        Ok(3)
    }
}

// ANCHOR: limit
/// What reads the archive, of whatever type: two at once, and ten who wait.
static ARCHIVE: Permits = Permits::new(2, 10);

#[derive(Query)]
#[query(on = Ledger, returns = u64, middleware(Limit::shared(&ARCHIVE)))]
struct Yearly;
// ANCHOR_END: limit

impl Answer<Yearly> for Ledger {
    async fn answer(&self, _: &Yearly) -> Result<u64, Infallible> {
        Ok(12)
    }
}

fn app() -> Pericarp<MemoryStore, Ledger> {
    Pericarp::builder(MemoryStore::new())
        .with(Ledger::default())
        .build()
}

#[tokio::test]
async fn a_policy_decides() -> Outcome {
    let app = app();
    let ask = |who: Principal| {
        let owner = "ann".into();
        app.ask_payload(Payload::new(Statement { owner }).by(who))
    };
    assert_eq!(ask(Principal::new("ann")).await?.answer, 3);
    let auditor = Principal::new("bo").with_role("auditor");
    assert_eq!(ask(auditor).await?.answer, 3);
    let Err(denied) = ask(Principal::new("bo")).await else {
        return Err("it is not Bo's".into());
    };
    assert_eq!(denied.code(), "request.forbidden");
    assert!(denied.is_refusal());
    Ok(())
}

#[tokio::test]
async fn every_fault_is_told() -> Outcome {
    let app = app();
    let search = Search {
        owner: "an".into(),
        per_page: 0,
    };
    let teller = Principal::new("cleo").with_role("teller");
    // ANCHOR: faults
    let outcome = app.ask_payload(Payload::new(search).by(teller)).await;
    let Err(AskError::Stopped(stopped)) = &outcome else {
        return Err("it is wrong in two ways".into());
    };
    if let Some(invalid) = stopped.reason::<Invalid>() {
        for fault in &invalid.faults {
            println!("{}: {}", fault.path, fault.message);
        }
    }
    // ANCHOR_END: faults
    let text = "the request is invalid: owner: length is lower than 3; per_page: lower than 1";
    assert_eq!(stopped.to_string(), text);
    Ok(())
}

#[tokio::test]
async fn what_passes_is_answered() -> Outcome {
    let app = app();
    assert_eq!((app.ask(Total).await?, app.ask(Yearly).await?), (3, 12));
    Ok(())
}
