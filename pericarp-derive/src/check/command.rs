use syn::{Fields, Generics, Ident, Member, Type};

use super::middleware::{self, Entry};
use crate::errors::Errors;
use crate::messages;
use crate::parse::command::AGGREGATE;
use crate::parse::{self, Krate};

/// A command in which nothing is wrong.
pub(crate) struct Command<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) generics: &'i Generics,
    pub(crate) krate: Krate,
    pub(crate) aggregate: Option<Type>,
    pub(crate) returns: Option<Type>,
    pub(crate) mode: Mode,
    pub(crate) id: Option<(Member, &'i Type)>,
    pub(crate) middleware: Vec<Entry>,
}

#[derive(Clone, Copy)]
pub(crate) enum Mode {
    Changes,
    Creates,
    MustExist,
}

pub(crate) fn check<'i>(written: parse::command::Command<'i>, errors: &mut Errors) -> Command<'i> {
    if !written
        .given
        .iter()
        .any(|given| given.name == AGGREGATE.name)
    {
        errors.push(
            written.ident.span(),
            messages::missing_word(written.ident, "command", AGGREGATE.name, AGGREGATE.form),
        );
    }
    let mode = check_mode(&written, errors);
    check_id(&written, errors);
    Command {
        ident: written.ident,
        generics: written.generics,
        krate: written.krate,
        aggregate: written.aggregate,
        returns: written.returns,
        mode,
        middleware: middleware::check(written.middleware, errors),
        id: written.ids.into_iter().next().map(|id| (id.member, id.ty)),
    }
}

fn check_mode(written: &parse::command::Command<'_>, errors: &mut Errors) -> Mode {
    let mut mode = Mode::Changes;
    for given in &written.given {
        let asked = match given.name {
            "creates" => Mode::Creates,
            "must_exist" => Mode::MustExist,
            _ => continue,
        };
        match mode {
            Mode::Changes => mode = asked,
            _ => errors.push(given.span, messages::COMMAND_TWO_MODES),
        }
    }
    mode
}

fn check_id(written: &parse::command::Command<'_>, errors: &mut Errors) {
    match written.fields {
        None | Some(Fields::Unit) => {
            errors.push(written.ident.span(), messages::COMMAND_NOT_A_STRUCT);
        }
        Some(_) if !written.tried_id => {
            errors.push(written.ident.span(), messages::COMMAND_NO_ID);
        }
        Some(_) => {
            for id in written.ids.iter().skip(1) {
                errors.push(id.mark, messages::COMMAND_TWO_IDS);
            }
        }
    }
}
