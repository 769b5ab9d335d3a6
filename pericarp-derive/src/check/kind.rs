use syn::{Ident, LitStr, Type};

use super::versions::{self, Chain};
use crate::errors::Errors;
use crate::{messages, names, parse};

/// How an event is stored, and how it was stored before.
pub(crate) struct Kind {
    pub(crate) name: LitStr,
    pub(crate) version: u32,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) upcast: Chain,
    pub(crate) splits: Vec<Split>,
}

/// An older event that a part is taken of.
pub(crate) struct Split {
    pub(crate) name: LitStr,
    pub(crate) versions: Chain,
}

impl Kind {
    /// The name and the aliases.
    pub(crate) fn names(&self) -> impl Iterator<Item = &LitStr> {
        std::iter::once(&self.name).chain(&self.aliases)
    }

    /// The types that older events are decoded as.
    pub(super) fn older_types(&self) -> impl Iterator<Item = &Type> {
        let chains = self.splits.iter().map(|split| &split.versions);
        let chains = std::iter::once(&self.upcast).chain(chains);
        chains.flat_map(|chain| &chain.types)
    }

    pub(super) fn is_named(&self, text: &str) -> bool {
        self.names().any(|name| name.value() == text)
    }
}

pub(super) fn check(ident: &Ident, written: parse::event::Kind, errors: &mut Errors) -> Kind {
    match &written.name {
        Some(name) => check_name("name", name, errors),
        None if written.given("name").is_some() => {}
        None => errors.push(
            ident.span(),
            messages::missing_word(ident, "event", "stored name", "name = \"noun.verbed\""),
        ),
    }
    if let Some((0, span)) = written.version {
        errors.push(span, messages::EVENT_VERSION);
    }
    check_aliases(&written, errors);
    let current = match written.version {
        Some((0, _)) => None,
        Some((version, _)) => Some(version),
        None => written.given("version").is_none().then_some(1),
    };
    let upcast = versions::check("upcast", written.upcast, current, errors);
    let mut kind = Kind {
        name: written
            .name
            .unwrap_or_else(|| LitStr::new("", ident.span())),
        version: written.version.map_or(1, |(version, _)| version),
        aliases: written.aliases,
        upcast,
        splits: Vec::new(),
    };
    for split in written.splits {
        check_split(&kind, &split.name, errors);
        kind.splits.push(Split {
            versions: versions::check("split_from", split.steps, None, errors),
            name: split.name,
        });
    }
    kind
}

/// Checks names that are dropped.
pub(super) fn check_dropped(dropped: &[LitStr], errors: &mut Errors) {
    for (i, name) in dropped.iter().enumerate() {
        check_name("dropped", name, errors);
        check_once(dropped, i, name, "dropped", errors);
    }
}

fn check_name(word: &str, name: &LitStr, errors: &mut Errors) {
    if !names::is_event_name(&name.value()) {
        errors.push(name.span(), messages::event_name(word));
    }
}

fn check_once(all: &[LitStr], i: usize, name: &LitStr, list: &str, errors: &mut Errors) {
    let text = name.value();
    if all.iter().take(i).any(|earlier| earlier.value() == text) {
        errors.push(name.span(), messages::name_twice(&text, list));
    }
}

fn check_aliases(kind: &parse::event::Kind, errors: &mut Errors) {
    for (i, alias) in kind.aliases.iter().enumerate() {
        check_name("alias", alias, errors);
        let text = alias.value();
        if kind.name.as_ref().is_some_and(|name| name.value() == text) {
            errors.push(alias.span(), messages::alias_is_name(&text));
        }
        check_once(&kind.aliases, i, alias, "alias", errors);
    }
}

fn check_split(kind: &Kind, name: &LitStr, errors: &mut Errors) {
    check_name("split_from", name, errors);
    let text = name.value();
    if kind.is_named(&text) {
        errors.push(name.span(), messages::split_is_name(&text));
    }
    if kind.splits.iter().any(|split| split.name.value() == text) {
        errors.push(name.span(), messages::name_twice(&text, "split_from"));
    }
}
