//! Everything the macros say when something is wrong.
//!
//! Each names the attribute and the fix; each has a case under `tests/ui`, which a test checks.

use std::fmt::Display;

// Attributes and their words.

pub(crate) fn not_a_list(attribute: &str, form: &str) -> String {
    format!("write this attribute as `#[{attribute}({form})]`")
}

pub(crate) fn missing_attribute(item: &impl Display, attribute: &str, form: &str) -> String {
    format!("`{item}` has no words to say what it is; add `#[{attribute}({form})]`")
}

pub(crate) fn not_a_word(known: &str) -> String {
    format!("expected a word here, one of {known}")
}

pub(crate) fn misspelt_word(word: &str, attribute: &str, near: &str) -> String {
    format!("unknown word `{word}` in `#[{attribute}(..)]`; did you mean `{near}`?")
}

pub(crate) fn unknown_word(word: &str, attribute: &str, known: &str) -> String {
    format!("unknown word `{word}` in `#[{attribute}(..)]`; it knows {known}")
}

pub(crate) fn given_twice(word: &str) -> String {
    format!("`{word}` is given twice; keep one")
}

pub(crate) fn wrong_form(word: &str, form: &str) -> String {
    format!("write `{word}` as `{form}`")
}

pub(crate) fn stands_alone(word: &str) -> String {
    format!("`{word}` stands alone; remove what follows it")
}

pub(crate) fn no_comma(word: &str) -> String {
    format!("put a comma between `{word}` and this")
}

pub(crate) fn missing_word(item: &impl Display, attribute: &str, word: &str, form: &str) -> String {
    format!("`{item}` has no {word}; add `#[{attribute}({form})]`")
}

pub(crate) fn on_a_field(attribute: &str) -> String {
    format!("`#[{attribute}(..)]` means nothing here; remove it, or move it to the item")
}

// Events.

pub(crate) fn event_name(word: &str) -> String {
    format!("`{word}` must be 1 to 128 ASCII letters, digits and `. _ - :`, starting with a letter")
}

pub(crate) const EVENT_VERSION: &str =
    "`version` counts from 1; write `version = 1` or leave it out";

pub(crate) fn alias_is_name(name: &str) -> String {
    format!("\"{name}\" is the current name already; remove it from `alias(..)`")
}

pub(crate) fn name_twice(name: &str, list: &str) -> String {
    format!("\"{name}\" is listed twice in `{list}(..)`; keep one")
}

pub(crate) fn name_taken(name: &str, variant: &impl Display) -> String {
    format!("\"{name}\" is a stored name of `{variant}` too; a reader could not tell the two apart")
}

pub(crate) fn belongs_on_variants(word: &str) -> String {
    format!("each variant of an enum is an event with its own `{word}`; move it to the variants")
}

pub(crate) fn holds_for_the_enum(word: &str) -> String {
    format!("`{word}` holds for the whole enum; move it to an `#[event(..)]` on the enum")
}

pub(crate) const EVENT_TUPLE_VARIANT: &str =
    "a variant holds named fields, one struct or nothing; name the fields or wrap a struct";

pub(crate) const EVENT_NO_VARIANTS: &str =
    "an event enum needs at least one variant with a stored name";

pub(crate) const EVENT_UNION: &str =
    "an event is a struct or an enum; a union cannot be serialised";

pub(crate) fn serde_form(word: &str) -> String {
    format!(
        "remove `{word}`: the stored name says which variant it is, so an event enum keeps serde's default form"
    )
}

pub(crate) fn serde_variant(word: &str) -> String {
    format!(
        "remove `{word}`: every variant of an event enum is written and read under its own name"
    )
}

// Shapes.

pub(crate) const SHAPE_UNION: &str =
    "a shape is that of a struct or an enum; a union cannot be serialised";

// Borrowed fields.

pub(crate) const BORROWED_STR: &str = "a `&str` cannot be read back where JSON escapes the text, at a quotation mark, a backslash or a new line; \
     write `Cow<'a, str>` with `#[serde(borrow)]`, or mark it `#[event(no_escapes)]` and such a text is refused when it is written";

pub(crate) const OWNED_COW: &str = "this `Cow` is always read as an owned value; add `#[serde(borrow)]`, or mark it `#[event(owned)]` if that is meant";

pub(crate) const NO_ESCAPES_ELSEWHERE: &str =
    "`no_escapes` is said of a `&str` that is borrowed; remove it";

pub(crate) const OWNED_ELSEWHERE: &str =
    "`owned` is said of a `Cow` that could be borrowed; remove it";

// Older events.

pub(crate) const STEP_ZERO: &str = "versions count from 1; write the version that was stored";

pub(crate) fn step_twice(version: u32, list: &str) -> String {
    format!("version {version} is listed twice in `{list}(..)`; keep one")
}

pub(crate) fn step_not_older(version: u32, current: u32) -> String {
    let next = version.saturating_add(1);
    format!(
        "version {version} is not older than the current one, which is {current}; write `version = {next}`, or remove this"
    )
}

pub(crate) fn step_missing(missing: u32, before: u32, next: u32) -> String {
    format!(
        "version {missing} is missing between {before} and {next}: each version is made from the one before; list it as `{missing} => Type`"
    )
}

pub(crate) const STEP_LIFETIME: &str =
    "the event has several lifetimes; write which of them this is, instead of `'_`";

pub(crate) fn split_is_name(name: &str) -> String {
    format!(
        "\"{name}\" is a name of this event already; list its older versions in `upcast(..)`, or store what is left of it under a new name"
    )
}

pub(crate) fn split_is_taken(name: &str, variant: &impl Display) -> String {
    format!(
        "\"{name}\" is a name of `{variant}`, which takes all of it; store what is left of it under a new name, and split that from it too"
    )
}

pub(crate) fn split_unlike(name: &str, variant: &impl Display) -> String {
    format!(
        "`{variant}` lists other versions of \"{name}\"; list the same, so that no part is missed"
    )
}

pub(crate) fn dropped_is_read(name: &str, variant: &impl Display) -> String {
    format!("\"{name}\" is read as `{variant}`; remove it from `dropped(..)`")
}

pub(crate) const DROPPED_ON_STRUCT: &str =
    "`dropped(..)` is said by those who read: move it to the aggregate, or to an event enum";

pub(crate) fn marks_a_variant(word: &str) -> String {
    format!(
        "`{word}` marks the variant of an event enum that keeps what cannot be read; move it to one"
    )
}

pub(crate) fn beside_keeping(word: &str) -> String {
    format!("remove `{word}`: this variant keeps events of any name as they are stored")
}

pub(crate) fn kept_twice(word: &str, variant: &impl Display) -> String {
    format!("`{variant}` is marked `{word}` already; keep one")
}

pub(crate) const KEEPING_FIELDS: &str =
    "a variant that keeps what cannot be read holds one `RecordedEvent<'_>`";

pub(crate) const KEEPING_SERDE: &str =
    "add `#[serde(skip)]`: what this variant keeps is neither written nor read as a payload";

// Aggregates.

pub(crate) const CATEGORY: &str =
    "`category` must be 1 to 64 ASCII letters, digits and `. _`, starting with a letter";

pub(crate) fn no_events(aggregate: &impl Display) -> String {
    format!(
        "`{aggregate}` has no events; add `events(..)`, `created_by(..)` or `event = Enum` to `#[aggregate(..)]`"
    )
}

pub(crate) const CREATED_BY_WITH_ENUM: &str = "an aggregate with `event = ..` starts from its \
     `Default`; to name the creating event, list single events in `created_by(..)` and `events(..)`";

pub(crate) fn beside_enum(word: &str) -> String {
    format!("`event = ..` is already the enum of all events; remove `{word}` or remove `event`")
}

pub(crate) const LISTED_NOT_A_PATH: &str =
    "list an event by the name of its type, such as `Deposited`";

pub(crate) const LISTED_LIFETIME: &str = "write `'_` for the lifetime of the payload";

pub(crate) fn listed_twice(event: &str, list: &str) -> String {
    format!("`{event}` is listed twice in `{list}(..)`; keep one")
}

pub(crate) fn same_variant(name: &impl Display) -> String {
    format!(
        "two events would both be the variant `{name}`; give one another name with `use .. as ..` or `type .. = ..`"
    )
}

pub(crate) const AGGREGATE_GENERICS: &str =
    "an aggregate has no generic parameters: its streams hold one type; remove them";

pub(crate) const AGGREGATE_UNION: &str = "an aggregate is a struct or an enum, not a union";

pub(crate) fn snapshot_loses(field: &str, word: &str) -> String {
    format!(
        "remove `#[serde({word})]` from `{field}`: a snapshot would lose what is in it, and the aggregate would be another"
    )
}

// Middlewares.

pub(crate) const MIDDLEWARE_FORM: &str = "write a middleware as its type or a constructor of it, such as `Timeout::millis(50)`; \
     what exists only at run time is what it `Needs`";

pub(crate) const MIDDLEWARE_TOO_MANY: &str =
    "a request lists up to 12 middlewares; make one of several";

// Queries.

pub(crate) const QUERY_UNION: &str = "a query is a struct or an enum, not a union";

// Commands.

pub(crate) const COMMAND_NOT_A_STRUCT: &str =
    "a command is a struct, with the id of its aggregate in a field marked `#[command(id)]`";

pub(crate) const COMMAND_NO_ID: &str =
    "mark the field that holds the id of the aggregate with `#[command(id)]`";

pub(crate) const COMMAND_TWO_IDS: &str =
    "another field is marked `#[command(id)]` already; a command is for one aggregate, keep one";

pub(crate) const COMMAND_TWO_MODES: &str =
    "`creates` and `must_exist` contradict each other; keep one";
