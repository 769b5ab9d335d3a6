//! The derive macros of [Pericarp](https://docs.rs/pericarp): `Event`, `Shape`, `Aggregate`, `Command`
//! and `Query`.
//!
//! Each derive is parsed into the words that were written, checked into a model in which nothing
//! is wrong, and expanded. All mistakes of an item are reported together; a stub then stands in
//! for the item, so that no use of it is reported as well.

mod case;
mod check;
mod errors;
mod expand;
mod lifetimes;
mod messages;
mod names;
mod nearest;
mod parse;
mod span;
mod words;

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct or an enum an event that can be stored and read back.
///
/// Derive serde's `Serialize` and `Deserialize` beside it: the payload is what they make of it.
///
/// | Word of `#[event(..)]` | On | Meaning |
/// |---|---|---|
/// | `name = "noun.verbed"` | struct, variant | The stored name. Required: it never follows the Rust name, which may change. |
/// | `version = 2` | struct, variant | The version of the schema, 1 if left out. |
/// | `alias("old.name", ..)` | struct, variant | Former names, under which older events are stored. |
/// | `upcast(1 => V1, 2 => V2)` | struct, variant | Older versions and the types they are decoded as. |
/// | `split_from("old.name", 1 => V1)` | struct, variant | An older event that this one takes a part of. |
/// | `dropped("old.name", ..)` | enum | Stored names that no longer matter: passed over, and counted. |
/// | `unknown`, `newer` | variant | Keeps what is stored under an unknown name, or with a version from a later build. |
/// | `crate = path` | struct, enum | Where `pericarp` is, if not at `::pericarp`. |
/// | `no_escapes` | field | A `&str` whose text JSON never escapes; another is refused when it is written. |
/// | `owned` | field | A `Cow` that is read as an owned value on purpose. |
///
/// Each variant of an enum is an event of its own, with a stored name of its own. It holds named
/// fields, one value or nothing; its payload is its content alone, and `{}` if it holds nothing.
/// Lifetimes borrow from the stored bytes; type parameters must be serialisable.
///
/// Each older version is made into the next by `From` or `TryFrom`, and the last into the event
/// itself, for an enum into the enum. What an event takes of one that is split is
/// `From<Old> for Option<Self>`, for an enum `From<Old> for Vec<Self>`; here too `TryFrom` may fail.
/// A variant that keeps what cannot be read holds a `RecordedEvent` and is `#[serde(skip)]`.
///
/// ```
/// use pericarp::Event;
/// use serde::{Deserialize, Serialize};
/// use std::borrow::Cow;
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.opened", version = 2, alias("account.created"))]
/// struct Opened<'a> {
///     #[serde(borrow)]
///     owner: Cow<'a, str>,
/// }
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(dropped("account.flagged"))]
/// enum Entry {
///     #[event(name = "account.deposited", version = 2, upcast(1 => DepositedV1))]
///     Deposited { cents: i64 },
///     #[event(name = "account.closed")]
///     Closed,
/// }
///
/// #[derive(Deserialize)]
/// struct DepositedV1 { euros: i64 }
///
/// impl From<DepositedV1> for Entry {
///     fn from(old: DepositedV1) -> Self { Entry::Deposited { cents: 100 * old.euros } }
/// }
///
/// assert_eq!(Opened { owner: "Ann".into() }.kind().name, "account.opened");
/// assert_eq!(Entry::KINDS.len(), 2);
/// # let _ = (Entry::Deposited { cents: 1 }, Entry::Closed);
/// ```
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    event(&parse_macro_input!(input as DeriveInput)).into()
}

fn event(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let parsed = parse::event::parse(input, &mut errors);
    let event = check::event::check(parsed, &mut errors);
    let shape = parse::shape::shape(input);
    let (tokens, described) = match errors.is_empty() {
        true => {
            let payloads = check::shape::payloads(&shape);
            let described = expand::described::event(&event, &payloads);
            (expand::event::expand(&event), described)
        }
        false => {
            let described = expand::described::event(&event, &[]);
            (expand::event::stub(&event), described)
        }
    };
    errors.before(quote::quote!(#tokens #described))
}

/// Describes a struct or an enum to the schema lock, as serde writes and reads it.
///
/// Derive it on the types that events have fields of, beside serde's traits, so that the lock sees
/// into them. It knows serde's attributes, and has one of its own:
///
/// | Word of `#[shape(..)]` | Meaning |
/// |---|---|
/// | `crate = path` | Where `pericarp` is, if not at `::pericarp`. |
///
/// A field whose type has no shape is opaque: the lock compares its name alone. Of a type with type
/// parameters each instance has a shape of its own, if its parameters have one.
///
/// ```
/// use pericarp::{Event, Shape};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Shape, Serialize, Deserialize)]
/// #[serde(rename_all = "camelCase")]
/// struct Address { street: String, post_code: Option<String> }
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "customer.moved")]
/// struct Moved { to: Address }
///
/// let lock = pericarp::schema![Moved].to_string();
/// assert!(lock.contains("postCode: Option<String>"));
/// ```
#[proc_macro_derive(Shape, attributes(shape))]
pub fn derive_shape(input: TokenStream) -> TokenStream {
    shape(&parse_macro_input!(input as DeriveInput)).into()
}

fn shape(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let parsed = parse::shape::parse(input, &mut errors);
    let shape = check::shape::check(parsed, &mut errors);
    let tokens = match errors.is_empty() {
        true => expand::shape::expand(&shape),
        false => expand::shape::stub(&shape),
    };
    errors.before(tokens)
}

/// Makes a struct or an enum an aggregate: state that is folded from the events of its stream.
///
/// | Word of `#[aggregate(..)]` | Meaning |
/// |---|---|
/// | `category = "account"` | The category of its streams. Required. |
/// | `id = AccountId` | The type of its id; `Display` gives the key of the stream. Required. |
/// | `error = AccountError` | Why it may refuse a command; `Infallible` if left out. |
/// | `events(Deposited, ..)` | The events that may follow. For each, write `Apply`. |
/// | `created_by(Opened<'_>, ..)` | The events that may come first. For each, write `Create`. Without it the aggregate starts from its `Default`. |
/// | `event = AccountEvent` | Instead of these lists: one event enum you wrote. |
/// | `enum_name = AccountFact` | The name of the enum that is generated from the lists; the aggregate's name and `Event` if left out. |
/// | `dropped("old.name", ..)` | Stored names that no longer matter: passed over, and counted. |
/// | `unknown = skip` | Passes over events of names it does not know, and counts them; an error if left out. |
/// | `newer = skip` | The same for events whose schema version is from a later build. |
/// | `snapshot(every = 100)` | Keeps a copy of the state in the store after every so many events, so that the others need not be folded. With `version = 2`, those of before are of no use any more. It needs `Shape`, `Serialize` and `Deserialize`. |
/// | `cached` | Keeps the state in memory from one command to the next. It needs `Clone`. |
/// | `crate = path` | Where `pericarp` is, if not at `::pericarp`. |
///
/// ```
/// use pericarp::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.opened")]
/// struct Opened { owner: String }
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "account.deposited")]
/// struct Deposited { cents: i64 }
///
/// #[derive(Aggregate)]
/// #[aggregate(category = "account", id = u64, created_by(Opened), events(Deposited))]
/// struct Account { owner: String, cents: i64 }
///
/// impl Create<Opened> for Account {
///     fn create(e: Opened, _: &Meta<'_>) -> Self { Account { owner: e.owner, cents: 0 } }
/// }
///
/// impl Apply<Deposited> for Account {
///     fn apply(&mut self, e: Deposited, _: &Meta<'_>) { self.cents += e.cents }
/// }
///
/// let _: AccountEvent = Deposited { cents: 5 }.into();
/// # let account = Account { owner: String::new(), cents: 0 };
/// # let _ = (account.owner, account.cents, Opened { owner: String::new() });
/// ```
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn derive_aggregate(input: TokenStream) -> TokenStream {
    aggregate(&parse_macro_input!(input as DeriveInput)).into()
}

fn aggregate(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let parsed = parse::aggregate::parse(input, &mut errors);
    let aggregate = check::aggregate::check(parsed, &mut errors);
    let tokens = match errors.is_empty() {
        true => expand::aggregate::expand(&aggregate),
        false => expand::aggregate::stub(&aggregate),
    };
    errors.before(tokens)
}

/// Makes a struct a command: a request to change one aggregate.
///
/// | Word of `#[command(..)]` | On | Meaning |
/// |---|---|---|
/// | `aggregate = Account` | struct | The aggregate it is for. Required. |
/// | `returns = i64` | struct | The answer of its handler; `()` if left out. |
/// | `creates` | struct | The aggregate must not exist yet; the handler gets a `New`. |
/// | `must_exist` | struct | The aggregate must exist, even if it has a `Default` to start from. |
/// | `middleware(A, B::new(3))` | struct | What it passes through, outermost first. |
/// | `crate = path` | struct | Where `pericarp` is, if not at `::pericarp`. |
/// | `id` | one field | Holds the id of the aggregate. Required. |
///
/// A middleware is written as its type, if that holds nothing, or as a constructor of it: its type is
/// what the constructor's path ends in that is written as types are. It is a `static`, made while
/// compiling and shared by all threads, so the constructor is a `const fn`, and state in it is the
/// state of all such commands. What exists only at run time is what a middleware `Needs`, and the
/// application provides it.
///
/// Bounds that its `Handle` needs of type parameters belong on the struct.
///
/// ```
/// use pericarp::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: u64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
/// #[derive(Command)]
/// #[command(aggregate = Counter, returns = u64)]
/// struct Add { #[command(id)] counter: String, n: u64 }
///
/// impl Handle<Add> for Counter {
///     fn handle(counter: &mut Root<Self>, add: &Add) -> Result<u64, std::convert::Infallible> {
///         counter.emit(Added { n: add.n });
///         Ok(counter.total)
///     }
/// }
///
/// assert_eq!(Add { counter: "visits".into(), n: 1 }.id(), "visits");
/// ```
#[proc_macro_derive(Command, attributes(command))]
pub fn derive_command(input: TokenStream) -> TokenStream {
    command(&parse_macro_input!(input as DeriveInput)).into()
}

fn command(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let parsed = parse::command::parse(input, &mut errors);
    let command = check::command::check(parsed, &mut errors);
    let tokens = match errors.is_empty() {
        true => expand::command::expand(&command),
        false => expand::command::stub(&command),
    };
    errors.before(tokens)
}

/// Makes a struct or an enum a query: a question that changes nothing.
///
/// | Word of `#[query(..)]` | Meaning |
/// |---|---|
/// | `on = Balances` | The read model it is asked of. Required. |
/// | `returns = i64` | The answer. Required. |
/// | `error = BalancesError` | Why there may be no answer; `Infallible` if left out. |
/// | `middleware(A, B::new(3))` | What it passes through, outermost first: as of a [`Command`]. |
/// | `crate = path` | Where `pericarp` is, if not at `::pericarp`. |
///
/// ```
/// use std::convert::Infallible;
///
/// use pericarp::middleware::Timeout;
/// use pericarp::prelude::*;
///
/// struct Balances(Vec<i64>);
///
/// #[derive(Query)]
/// #[query(on = Balances, returns = i64, middleware(Timeout::millis(250)))]
/// struct Total;
///
/// impl Answer<Total> for Balances {
///     async fn answer(&self, _: &Total) -> Result<i64, Infallible> {
///         Ok(self.0.iter().sum())
///     }
/// }
/// # let _ = Balances(vec![]);
/// ```
#[proc_macro_derive(Query, attributes(query))]
pub fn derive_query(input: TokenStream) -> TokenStream {
    query(&parse_macro_input!(input as DeriveInput)).into()
}

fn query(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let parsed = parse::query::parse(input, &mut errors);
    let query = check::query::check(parsed, &mut errors);
    let tokens = match errors.is_empty() {
        true => expand::query::expand(&query),
        false => expand::query::stub(&query),
    };
    errors.before(tokens)
}
