//! What each form expands to, for a reader: `src/snapshots/*.snap`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

#[track_caller]
fn check(name: &str, derive: fn(&DeriveInput) -> TokenStream, item: TokenStream) {
    let expanded = syn::parse2(item)
        .map(|item| derive(&item))
        .and_then(syn::parse2::<syn::File>);
    match expanded {
        Ok(file) => insta::assert_snapshot!(name, prettyplease::unparse(&file)),
        Err(error) => panic!("{name}: {error}"),
    }
}

#[test]
fn event_struct() {
    check(
        "event_struct",
        crate::event,
        quote! {
            #[event(name = "account.opened", version = 2, alias("account.created"))]
            struct Opened<'a> {
                #[serde(borrow)]
                owner: Cow<'a, str>,
            }
        },
    );
}

#[test]
fn event_unit() {
    check(
        "event_unit",
        crate::event,
        quote! {
            #[event(name = "account.closed")]
            struct Closed;
        },
    );
}

#[test]
fn event_enum() {
    check(
        "event_enum",
        crate::event,
        quote! {
            enum Entry<'a, T> {
                #[event(name = "account.opened", version = 2, alias("account.created"))]
                Opened { owner: &'a str },
                #[event(name = "account.deposited")]
                Deposited(T),
                #[event(name = "account.closed")]
                Closed,
            }
        },
    );
}

#[test]
fn event_with_older_versions() {
    check(
        "event_with_older_versions",
        crate::event,
        quote! {
            #[event(
                name = "account.deposited",
                version = 3,
                alias("account.paid_in"),
                upcast(1 => DepositedV1<'_>, 2 => DepositedV2)
            )]
            struct Deposited {
                cents: i64,
            }
        },
    );
}

#[test]
fn event_that_is_split_from_another() {
    check(
        "event_that_is_split_from_another",
        crate::event,
        quote! {
            #[event(name = "address.moved", split_from("customer.changed", 1 => ChangedV1))]
            struct Moved {
                city: String,
            }
        },
    );
}

#[test]
fn event_without_escapes() {
    check(
        "event_without_escapes",
        crate::event,
        quote! {
            #[event(name = "account.opened")]
            struct Opened<'a> {
                #[event(no_escapes)]
                owner: &'a str,
            }
        },
    );
}

#[test]
fn event_enum_that_drops_and_keeps() {
    check(
        "event_enum_that_drops_and_keeps",
        crate::event,
        quote! {
            #[event(dropped("door.squeaked", "door.oiled"))]
            enum DoorEvent<'a> {
                #[event(name = "door.opened", split_from("door.changed", 1 => Changed<'_>))]
                Opened {
                    #[event(no_escapes)]
                    by: &'a str,
                },
                #[event(name = "door.painted", split_from("door.changed", 1 => Changed<'_>))]
                Painted(u8),
                #[event(unknown, newer)]
                #[serde(skip)]
                Other(RecordedEvent<'a>),
            }
        },
    );
}

#[test]
fn aggregate_that_is_kept() {
    check(
        "aggregate_that_is_kept",
        crate::aggregate,
        quote! {
            #[aggregate(
                category = "account",
                id = u64,
                event = Entry,
                snapshot(every = 100, version = 2),
                cached
            )]
            struct Account {
                cents: i64,
            }
        },
    );
}

#[test]
fn aggregate_with_policies() {
    check(
        "aggregate_with_policies",
        crate::aggregate,
        quote! {
            #[aggregate(
                category = "door",
                id = u64,
                event = DoorEvent<'_>,
                dropped("door.squeaked"),
                unknown = skip,
                newer = skip
            )]
            struct Door;
        },
    );
}

#[test]
fn event_with_a_mistake() {
    check(
        "event_with_a_mistake",
        crate::event,
        quote! {
            #[event(nmae = "account.closed")]
            struct Closed;
        },
    );
}

#[test]
fn shape_struct() {
    check(
        "shape_struct",
        crate::shape,
        quote! {
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            struct Offer<'a, T> {
                #[serde(borrow, alias = "by")]
                made_by: Cow<'a, str>,
                #[serde(default, skip_serializing_if = "Option::is_none")]
                terms: Option<T>,
                #[serde(with = "time::serde::rfc3339")]
                made_at: OffsetDateTime,
                #[serde(flatten)]
                rest: HashMap<String, Value>,
            }
        },
    );
}

#[test]
fn shape_enum() {
    check(
        "shape_enum",
        crate::shape,
        quote! {
            #[serde(tag = "kind", rename_all = "snake_case")]
            enum Payment {
                InCash,
                #[serde(alias = "wire")]
                Transfer { iban: Iban },
                #[serde(other)]
                SomethingElse,
            }
        },
    );
}

#[test]
fn shape_with_a_mistake() {
    check(
        "shape_with_a_mistake",
        crate::shape,
        quote! {
            #[shape(crat = evt)]
            struct Wrapped<T>(T);
        },
    );
}

#[test]
fn aggregate_with_a_sum_type() {
    check(
        "aggregate_with_a_sum_type",
        crate::aggregate,
        quote! {
            #[aggregate(
                category = "account",
                id = AccountId,
                error = AccountError,
                created_by(Opened<'_>),
                events(Deposited)
            )]
            pub struct Account {
                owner: String,
                cents: i64,
            }
        },
    );
}

#[test]
fn aggregate_from_default() {
    check(
        "aggregate_from_default",
        crate::aggregate,
        quote! {
            #[aggregate(category = "counter", id = u64, events(Added), enum_name = CounterFact)]
            struct Counter(u64);
        },
    );
}

#[test]
fn aggregate_with_an_enum() {
    check(
        "aggregate_with_an_enum",
        crate::aggregate,
        quote! {
            #[aggregate(category = "door", id = u64, event = DoorEvent<'_>, crate = facade::events)]
            enum Door {
                Open,
                Shut,
            }
        },
    );
}

#[test]
fn command() {
    check(
        "command",
        crate::command,
        quote! {
            #[command(aggregate = Account, returns = i64)]
            struct Withdraw<'a> {
                #[command(id)]
                account: AccountId,
                note: &'a str,
            }
        },
    );
}

#[test]
fn command_that_creates() {
    check(
        "command_that_creates",
        crate::command,
        quote! {
            #[command(aggregate = Account, creates)]
            struct Open(#[command(id)] AccountId);
        },
    );
}

#[test]
fn command_with_middlewares() {
    check(
        "command_with_middlewares",
        crate::command,
        quote! {
            #[command(aggregate = Account, middleware(Audit, Observe::<Metrics>::new()))]
            struct Close(#[command(id)] AccountId);
        },
    );
}

#[test]
fn query() {
    check(
        "query",
        crate::query,
        quote! {
            #[query(on = Balances, returns = i64, error = BalancesError, middleware(Audit, Timeout::millis(50)))]
            struct BalanceOf<'a, T>(&'a T);
        },
    );
}
