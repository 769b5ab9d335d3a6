//! Asking.

use std::collections::HashMap;

use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{AskError, Payload, Pericarp, Principal, Provide};

use crate::Outcome;
use crate::account::AccountId;

// ANCHOR: read_model
#[derive(Default)]
pub(crate) struct Balances {
    cents: HashMap<u32, i64>,
}

#[derive(Debug, thiserror::Error)]
#[error("there is no account {0}")]
pub(crate) struct Unknown(u32);
// ANCHOR_END: read_model

// ANCHOR: query
#[derive(Query)]
#[query(on = Balances, returns = i64, error = Unknown)]
pub(crate) struct BalanceOf {
    pub(crate) account: AccountId,
}

impl Answer<BalanceOf> for Balances {
    async fn answer(&self, query: &BalanceOf) -> Result<i64, Unknown> {
        let AccountId(number) = query.account;
        self.cents.get(&number).copied().ok_or(Unknown(number))
    }
}
// ANCHOR_END: query

// ANCHOR: parts
struct Parts {
    balances: Balances,
}

impl Provide<Balances> for Parts {
    fn provide(&self) -> &Balances {
        &self.balances
    }
}
// ANCHOR_END: parts

#[tokio::test]
async fn a_query_is_answered() -> Outcome {
    let cents = HashMap::from([(1, 30)]);
    let balances = Balances { cents };
    // ANCHOR: ask
    let app = Pericarp::builder(MemoryStore::new())
        .with(Parts { balances })
        .build();
    let account = AccountId(1);
    assert_eq!(app.ask(BalanceOf { account }).await?, 30);

    let account = AccountId(2);
    let unknown = app.ask(BalanceOf { account }).await;
    assert!(matches!(unknown, Err(AskError::Failed(Unknown(2)))));
    // ANCHOR_END: ask
    assert_eq!(
        unknown.err().map(|error| error.code()),
        Some("query.failed")
    );

    let account = AccountId(1);
    // ANCHOR: payload
    let payload = Payload::new(BalanceOf { account }).by(Principal::new("ann").with_role("teller"));
    let response = app.ask_payload(payload).await?;
    assert_eq!(response.answer, 30);
    // ANCHOR_END: payload
    assert_eq!(response.committed, None);
    Ok(())
}
