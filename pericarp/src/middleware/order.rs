use super::{Middleware, Step};
use crate::Request;
use crate::listing::{Is, contains};

/// What one middleware of a request says about order: its role, and whom it must be inside of.
pub(super) type Place = (&'static str, &'static [&'static str]);

/// What the middleware in place `N` of a request says.
pub(super) const fn place<R: Request + Step<N>, const N: usize>() -> Place {
    (
        <R::Middleware as Middleware<R>>::ROLE,
        <R::Middleware as Middleware<R>>::INSIDE_OF,
    )
}

/// Whether the middleware in place `I` may be listed before that in place `J`.
pub const fn may_precede<R: Step<I> + Step<J>, const I: usize, const J: usize>() -> bool {
    may_be_outside(place::<R, I>(), place::<R, J>())
}

/// Demands that the middleware `A` may be listed before `B`, where that can be known.
pub const fn in_order<A, B, const MAY_PRECEDE: bool>()
where
    Is<MAY_PRECEDE>: MayPrecede<A, B>,
{
}

/// See [`may_precede`].
#[diagnostic::on_unimplemented(
    message = "`{A}` must be inside of `{B}`; list it after",
    label = "must come after `{B}`",
    note = "the first that is listed is outermost"
)]
pub trait MayPrecede<A, B> {}

impl<A, B> MayPrecede<A, B> for Is<true> {}

/// Demands the same where a request has type parameters, so that it is known only when they are.
pub(super) const fn demand_order(places: &[Place]) {
    let mut outer = 0;
    while outer < places.len() {
        let mut inner = outer + 1;
        while inner < places.len() {
            assert!(
                may_be_outside(places[outer], places[inner]),
                "a middleware must be inside of one that is listed after it; see its `INSIDE_OF`"
            );
            inner += 1;
        }
        outer += 1;
    }
}

const fn may_be_outside((_, inside_of): Place, (role, _): Place) -> bool {
    role.is_empty() || !contains(inside_of, role)
}
