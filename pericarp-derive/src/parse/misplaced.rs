use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Fields};

use crate::errors::Errors;
use crate::messages;

/// Refuses `#[attribute]` on fields.
pub(super) fn on_fields(attribute: &str, fields: &Fields, errors: &mut Errors) {
    for field in fields {
        refuse(attribute, &field.attrs, errors);
    }
}

/// Refuses `#[attribute]` on whatever is inside an item.
pub(super) fn inside(attribute: &str, item: &DeriveInput, errors: &mut Errors) {
    match &item.data {
        Data::Struct(data) => on_fields(attribute, &data.fields, errors),
        Data::Enum(data) => {
            for variant in &data.variants {
                refuse(attribute, &variant.attrs, errors);
                on_fields(attribute, &variant.fields, errors);
            }
        }
        Data::Union(_) => {}
    }
}

fn refuse(attribute: &str, attrs: &[Attribute], errors: &mut Errors) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(attribute)) {
        errors.push(attr.path().span(), messages::on_a_field(attribute));
    }
}
