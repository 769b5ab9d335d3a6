//! A command that is sent twice and carried out once.

use std::convert::Infallible;

use pericarp::middleware::Idempotent;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use pericarp::{Payload, Pericarp};
use serde::{Deserialize, Serialize};

use crate::Outcome;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "jar.filled")]
struct Filled {
    cents: u64,
}

#[derive(Aggregate, Default)]
#[aggregate(category = "jar", id = String, events(Filled))]
struct Jar {
    cents: u64,
}

impl Apply<Filled> for Jar {
    fn apply(&mut self, filled: Filled, _: &Meta<'_>) {
        self.cents += filled.cents;
    }
}

// ANCHOR: listed
#[derive(Command)]
#[command(aggregate = Jar, returns = u64, middleware(Idempotent))]
struct Fill {
    #[command(id)]
    jar: String,
    cents: u64,
}
// ANCHOR_END: listed

impl Handle<Fill> for Jar {
    fn handle(jar: &mut Root<Self>, fill: &Fill) -> Result<u64, Infallible> {
        jar.emit(Filled { cents: fill.cents });
        Ok(jar.cents)
    }
}

#[tokio::test]
async fn a_command_that_is_sent_twice_is_carried_out_once() -> Outcome {
    let app = Pericarp::new(MemoryStore::new());
    let fill = |cents| {
        let jar = "swear".into();
        Payload::new(Fill { jar, cents })
    };
    app.execute_payload(fill(10)).await?;
    // ANCHOR: sent
    let first = app
        .execute_payload(fill(5).with_idempotency_key("7f3a"))
        .await?;
    app.execute_payload(fill(20)).await?;

    // The network lost the answer, so it is sent again.
    let again = app
        .execute_payload(fill(5).with_idempotency_key("7f3a"))
        .await?;
    assert_eq!((first.answer, again.answer), (15, 15));
    assert_eq!(first.committed, again.committed);
    // ANCHOR_END: sent
    let reused = fill(6).with_idempotency_key("7f3a");
    let Err(error) = app.execute_payload(reused).await else {
        return Err("it is another command".into());
    };
    assert_eq!(error.code(), "command.key_reused");
    Ok(())
}
