use super::{Middleware, Step};
use crate::listing::contains;

/// Fails with `message`, while compiling, if the middleware in place `I` must be inside of that
/// in place `J`, which is listed after it.
#[track_caller]
pub const fn in_order<R: Step<I> + Step<J>, const I: usize, const J: usize>(message: &str) {
    let inside_of = <<R as Step<I>>::Middleware as Middleware<R>>::INSIDE_OF;
    let role = <<R as Step<J>>::Middleware as Middleware<R>>::ROLE;
    if !role.is_empty() && contains(inside_of, role) {
        panic!("{}", message);
    }
}
