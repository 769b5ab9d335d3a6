use super::{Middleware, Step};
use crate::listing::{Is, contains};

/// Whether the middleware in place `I` may be listed before that in place `J`.
pub const fn may_precede<R: Step<I> + Step<J>, const I: usize, const J: usize>() -> bool {
    let inside_of = <<R as Step<I>>::Middleware as Middleware<R>>::INSIDE_OF;
    let role = <<R as Step<J>>::Middleware as Middleware<R>>::ROLE;
    role.is_empty() || !contains(inside_of, role)
}

/// Demands that the middleware `A` may be listed before `B`.
pub const fn in_order<A, B, const MAY_PRECEDE: bool>()
where
    Is<MAY_PRECEDE>: MayPrecede<A, B>,
{
}

/// Demands the same of a request with type parameters, of which it is known only when they are
/// filled in. No bound can say so.
#[track_caller]
pub const fn in_order_when_filled_in(may_precede: bool) {
    assert!(
        may_precede,
        "this middleware must be inside of one that is listed after it; see its `INSIDE_OF`"
    );
}

/// See [`may_precede`].
#[diagnostic::on_unimplemented(
    message = "`{A}` must be inside of `{B}`; list it after",
    label = "must come after `{B}`",
    note = "the first that is listed is outermost"
)]
pub trait MayPrecede<A, B> {}

#[diagnostic::do_not_recommend]
impl<A, B> MayPrecede<A, B> for Is<true> {}

/// Demands that each layer may be outside of those after it, and of all that a request lists.
#[cfg(feature = "store")]
pub(crate) const fn layers_in_order(inside_of: &[&[&str]], roles: &[&str], listed: &[&str]) {
    let mut layer = 0;
    while layer < inside_of.len() {
        assert!(
            !any_in(inside_of[layer], roles, layer + 1),
            "this layer must be inside of one that is added after it; see its `INSIDE_OF`"
        );
        assert!(
            !any_in(inside_of[layer], listed, 0),
            "this layer must be inside of what the request lists; rather than add it as a layer, list it there"
        );
        layer += 1;
    }
}

#[cfg(feature = "store")]
const fn any_in(wanted: &[&str], roles: &[&str], from: usize) -> bool {
    let mut role = from;
    while role < roles.len() {
        if !roles[role].is_empty() && contains(wanted, roles[role]) {
            return true;
        }
        role += 1;
    }
    false
}
