//! The schema lock: the line, a type it sees into, and a change that it refuses.

use pericarp::prelude::*;
use pericarp::schema::{Schema, Verdict};
use serde::{Deserialize, Serialize};

use crate::account::Account;

// ANCHOR: lock
#[test]
fn events_are_locked() {
    pericarp::schema![Account].check("snippets/events.lock");
}
// ANCHOR_END: lock

// ANCHOR: shape
#[derive(Event, Serialize, Deserialize)]
#[event(name = "card.paid")]
struct Paid {
    at: Shop,
    cents: u64,
}

#[derive(Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shop {
    terminal: u32,
    post_code: Option<String>,
}
// ANCHOR_END: shape

/// What is in the lock file of the walk.
const LOCKED: &str = include_str!("cards.lock");

#[test]
fn the_lock_file_of_the_walk_is_that_of_the_event() {
    pericarp::schema![Paid].check("snippets/cards.lock");
    let _ = |paid: Paid| (paid.cents, paid.at.terminal, paid.at.post_code);
}

mod changed {
    use super::*;

    // ANCHOR: changed
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "card.paid")]
    struct Paid {
        at: Shop,
        cents: u32,
        currency: String,
    }

    #[derive(Shape, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Shop {
        terminal: u32,
        post_code: Option<String>,
        name: Option<String>,
    }
    // ANCHOR_END: changed

    #[test]
    fn the_report_of_the_walk_is_what_the_lock_says() -> crate::Outcome {
        let report = Schema::parse(LOCKED)?.difference(&pericarp::schema![Paid]);
        assert_eq!(report.to_string(), include_str!("cards.report.txt"));
        let _ = |paid: Paid| (paid.cents, paid.currency, paid.at);
        let _ = |shop: Shop| (shop.terminal, shop.post_code, shop.name);
        Ok(())
    }
}

mod translated {
    use super::*;

    // ANCHOR: translated
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "card.paid", version = 2, upcast(1 => PaidV1))]
    struct Paid {
        at: Shop,
        cents: u32,
        currency: String,
    }

    impl TryFrom<PaidV1> for Paid {
        type Error = std::num::TryFromIntError;

        fn try_from(old: PaidV1) -> Result<Self, Self::Error> {
            Ok(Self {
                cents: old.cents.try_into()?,
                currency: "EUR".into(),
                at: Shop {
                    terminal: old.at.terminal,
                    post_code: old.at.post_code,
                    name: None,
                },
            })
        }
    }
    // ANCHOR_END: translated

    #[derive(Shape, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Shop {
        terminal: u32,
        post_code: Option<String>,
        name: Option<String>,
    }

    #[derive(serde::Deserialize, pericarp::Shape)]
    struct PaidV1 {
        at: ShopV1,
        cents: u64,
    }

    #[derive(serde::Deserialize, pericarp::Shape)]
    struct ShopV1 {
        terminal: u32,
        #[serde(rename = "postCode")]
        post_code: Option<String>,
    }

    #[test]
    fn with_what_the_report_offers_the_lock_is_content() -> crate::Outcome {
        let difference = Schema::parse(LOCKED)?.difference(&pericarp::schema![Paid]);
        assert_eq!(difference.verdict(), Verdict::Compatible, "{difference}");
        let _ = |paid: Paid| (paid.cents, paid.currency, paid.at.name);
        Ok(())
    }

    #[test]
    fn what_is_pasted_is_what_the_report_offers() {
        let offered = include_str!("cards.report.txt").lines().map(str::trim);
        let here = include_str!("schema_lock.rs");
        let pasted = offered
            .skip_while(|line| !line.starts_with("#[derive"))
            .take_while(|line| !line.starts_with("impl From"));
        let missing: Vec<_> = pasted.filter(|line| !here.contains(line)).collect();
        assert!(missing.is_empty(), "not pasted: {missing:?}");
    }
}
