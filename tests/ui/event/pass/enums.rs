#![deny(warnings)]

use pericarp::Event;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AccountEvent<'a, T> {
    #[event(name = "account.opened", version = 2, alias("account.created"))]
    Opened {
        #[event(no_escapes)]
        owner_name: &'a str,
    },
    #[event(name = "account.deposited")]
    #[serde(rename = "paid")]
    Deposited(T),
    #[event(name = "account.closed")]
    r#Closed,
}

fn main() {
    let event: AccountEvent<'_, u8> = AccountEvent::Opened { owner_name: "Ann" };
    assert_eq!(event.kind().version, 2);
    assert_eq!(AccountEvent::Deposited(1).kind().name, "account.deposited");
    let event: AccountEvent<'_, u8> = AccountEvent::r#Closed;
    assert_eq!(event.kind().name, "account.closed");
}
