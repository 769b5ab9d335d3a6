use ::core::assert_eq;
use ::core::convert::{From as _, Into as _};
use ::core::default::Default as _;
use ::core::iter::Iterator as _;
use ::pericarp::middleware::Timeout;
use ::pericarp::{AskError, Command as _, Event as _, Request, Root, Version};

use crate::bank::{Account, AccountEvent, Deposit, Open};
use crate::door::{Close, Door};
use crate::facts::{Deposited, Opened, Paid};
use crate::forbidding;
use crate::passing::{Count, Passing, Withdraw, code};

#[test]
fn a_sum_type_works_in_a_hostile_crate() {
    assert_eq!(AccountEvent::KINDS.len(), 4);
    assert_eq!(
        AccountEvent::from(Deposited(3)).kind().name,
        "hostile.deposited"
    );
    assert_eq!(
        Opened {
            owner: "Ann".into()
        }
        .kind()
        .aliases
        .len(),
        2
    );
    let state = Account {
        owner: ::std::string::String::new(),
        cents: 0,
    };
    let mut account = Root::new(7, state, Version::FIRST);
    account.emit(Deposited(5));
    assert_eq!(account.cents, 5);
    assert_eq!(Deposit(7, 5).id(), Root::id(&account));
    assert_eq!(
        *Open {
            account: 9,
            owner: "Ann"
        }
        .id(),
        9
    );
}

#[test]
fn lints_may_be_forbidden_in_a_hostile_crate() {
    let mut account = Root::<forbidding::Account>::empty(7);
    account.emit(forbidding::Marked);
    assert_eq!(account.cents, 1);
    assert_eq!(forbidding::Put::new(7, 1).id(), Root::id(&account));
    assert_eq!(forbidding::AccountEvent::KINDS.len(), 4);
}

#[test]
fn shapes_are_collected_in_a_hostile_crate() {
    let schema = ::pericarp::schema![Account, Door, Paid<'static>];
    assert_eq!(schema.names().count(), 9);
    let text = ::std::string::ToString::to_string(&schema);
    for line in [
        "event hostile.noted v1 struct\n  type: u8\n",
        "  to: Place\n  opaque: Option<opaque(\"Opaque\")>\n  type Place enum\n",
        "      through: Option<Place> skip_serializing_if(\"::core::option::Option::is_none\")\n",
    ] {
        ::core::assert!(text.contains(line), "{text}");
    }
}

#[test]
fn an_event_enum_works_in_a_hostile_crate() {
    let mut door = Root::<Door>::empty(1);
    let close = Close { door: 1 };
    assert_eq!(
        close.handle_listed(&mut door),
        ::core::result::Result::Ok(())
    );
    assert_eq!(*door, Door::default());
    assert_eq!(Root::version(&door), Version::FIRST);
}

#[test]
fn chains_work_in_a_hostile_crate() {
    type Chain = (Passing<1>, Timeout, Passing<2>);
    let chain: ::core::option::Option<<Withdraw<'_> as Request>::Chain> =
        ::core::option::Option::<Chain>::None;
    ::core::assert!(chain.is_none());
    assert_eq!(*Withdraw(7, &5).id(), 7);
    assert_eq!(<Count<'_, 2> as Request>::NAME, "Count");
    let failed = AskError::Failed(::core::fmt::Error);
    assert_eq!(code::<Count<'_, 2>>(&failed), "query.failed");
}
