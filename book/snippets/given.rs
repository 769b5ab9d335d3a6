//! Tests of an aggregate, without a store and without a runtime.

use pericarp::WrongExistence;
// ANCHOR: imports
use pericarp::testing::Given;
// ANCHOR_END: imports
use pericarp::{Metadata, Timestamp};

use crate::account::{
    Account, AccountError, AccountId, Deposited, Open, Opened, Withdraw, Withdrawn,
};

// ANCHOR: accepted
#[test]
fn a_withdrawal_answers_with_what_is_left() {
    Account::given((opened(), Deposited { cents: 100 }))
        .when(withdraw(30))
        .then(Withdrawn { cents: 30 })
        .returning(70);
}
// ANCHOR_END: accepted

// ANCHOR: refused
#[test]
fn nobody_takes_more_than_there_is() {
    Account::given((opened(), Deposited { cents: 100 }))
        .when(withdraw(130))
        .then_error(AccountError::Overdrawn { missing: 30 });
}
// ANCHOR_END: refused

// ANCHOR: existence
#[test]
fn an_account_is_opened_once_and_before_all_else() {
    let open = Open {
        account: AccountId(1),
        owner: "Bob",
    };
    Account::given(opened())
        .when(open)
        .then_existence(WrongExistence::AlreadyExists);
    Account::given(())
        .when(withdraw(30))
        .then_existence(WrongExistence::NotFound);
}
// ANCHOR_END: existence

// ANCHOR: histories
#[test]
fn histories_are_built_from_shorter_ones() {
    let funded = || (opened(), Deposited { cents: 100 });
    let twice = [Withdrawn { cents: 40 }, Withdrawn { cents: 40 }];
    Account::given((funded(), twice))
        .when(withdraw(30))
        .then_error(AccountError::Overdrawn { missing: 10 });
}
// ANCHOR_END: histories

// ANCHOR: state
#[test]
fn the_state_can_be_looked_at() {
    let ann = Metadata {
        user_id: Some("ann".into()),
        ..Metadata::default()
    };
    Account::given((opened(), Deposited { cents: 100 }))
        .at(Timestamp::from_micros(1_000_000))
        .with(&ann)
        .when(withdraw(30))
        .and_state(|account| assert_eq!((account.owner.as_str(), account.cents), ("Ann", 70)))
        .then(Withdrawn { cents: 30 });
}
// ANCHOR_END: state

// ANCHOR: helpers
fn opened() -> Opened<'static> {
    Opened {
        owner: "Ann".into(),
    }
}

fn withdraw(cents: i64) -> Withdraw {
    Withdraw {
        account: AccountId(1),
        cents,
    }
}
// ANCHOR_END: helpers
