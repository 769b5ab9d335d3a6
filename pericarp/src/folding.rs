//! How generated code folds a listed event into the state of an aggregate.

use crate::aggregate::{Emits, FoldError, Starts};
use crate::{Aggregate, Apply, Create, Meta};

/// The state before the first event, of an aggregate that no event creates.
#[diagnostic::on_unimplemented(
    message = "derive `Default` for `{Self}`, or list the event that creates it in `created_by(..)`",
    label = "no `Default` for `{Self}`, and no `created_by(..)`",
    note = "an aggregate that no event creates starts from its `Default`"
)]
pub trait FirstState: Sized {
    /// [`Default::default`].
    fn first_state() -> Self;
}

#[diagnostic::do_not_recommend]
impl<A: Default> FirstState for A {
    #[inline]
    fn first_state() -> Self {
        A::default()
    }
}

/// What makes the first state of an aggregate, if no event does.
pub type First<A> = Option<fn() -> A>;

/// Its `Default`.
pub const fn first<A: FirstState>() -> First<A> {
    Some(A::first_state)
}

/// Changes a state.
#[diagnostic::on_unimplemented(
    message = "write `impl Apply<{E}> for {A}`, which says what the event does to the aggregate",
    label = "no `Apply<{E}>` for `{A}`",
    note = "write `impl Apply<{E}> for {A} {{ fn apply(&mut self, event: {E}, meta: &Meta<'_>) {{ .. }} }}`"
)]
pub trait Applies<A, E> {
    /// [`Apply::apply`].
    fn apply(state: &mut A, event: E, meta: &Meta<'_>);
}

/// Makes a state.
#[diagnostic::on_unimplemented(
    message = "write `impl Create<{E}> for {A}`, which says how the event creates the aggregate",
    label = "no `Create<{E}>` for `{A}`",
    note = "write `impl Create<{E}> for {A} {{ fn create(event: {E}, meta: &Meta<'_>) -> Self {{ .. }} }}`"
)]
pub trait Makes<A, E> {
    /// [`Create::create`].
    fn make(event: E, meta: &Meta<'_>) -> A;
}

/// By [`Apply`].
#[derive(Debug)]
pub struct Applied;

#[diagnostic::do_not_recommend]
impl<A: Apply<E>, E> Applies<A, E> for Applied {
    #[inline]
    fn apply(state: &mut A, event: E, meta: &Meta<'_>) {
        state.apply(event, meta);
    }
}

/// By [`Create`].
#[derive(Debug)]
pub struct Created;

#[diagnostic::do_not_recommend]
impl<A: Create<E>, E> Makes<A, E> for Created {
    #[inline]
    fn make(event: E, meta: &Meta<'_>) -> A {
        A::create(event, meta)
    }
}

/// By [`Apply`], and to the default if it comes first.
#[derive(Debug)]
pub struct Either;

/// What may make a state when it is to change one.
#[diagnostic::do_not_recommend]
impl<A, E> Starts<E> for A
where
    A: Emits<E>,
    A::By: Makes<A, E>,
{
    type By = A::By;
}

#[diagnostic::do_not_recommend]
impl<A: Apply<E>, E> Applies<A, E> for Either {
    #[inline]
    fn apply(state: &mut A, event: E, meta: &Meta<'_>) {
        state.apply(event, meta);
    }
}

#[diagnostic::do_not_recommend]
impl<A: Emits<E> + FirstState, E> Makes<A, E> for Either {
    #[inline]
    fn make(event: E, meta: &Meta<'_>) -> A {
        let mut state = A::first_state();
        A::By::apply(&mut state, event, meta);
        state
    }
}

/// Not at all: for an event that cannot exist, or in code that does not compile.
#[derive(Debug)]
pub struct Never;

#[diagnostic::do_not_recommend]
impl<A, E> Applies<A, E> for Never {
    fn apply(_: &mut A, _: E, _: &Meta<'_>) {
        unreachable!("no event of this type exists")
    }
}

#[diagnostic::do_not_recommend]
impl<A, E> Makes<A, E> for Never {
    fn make(_: E, _: &Meta<'_>) -> A {
        unreachable!("no event of this type exists")
    }
}

/// The state that an event is folded into.
#[derive(Debug)]
pub struct Folding<'s, A> {
    pub(crate) state: &'s mut Option<A>,
    pub(crate) meta: &'s Meta<'s>,
}

/// Nothing, or how the event does not fit the state.
pub type Folded = Result<(), FoldError>;

impl<A: Aggregate> Folding<'_, A> {
    /// Folds an event that only `created_by` lists.
    #[inline]
    pub fn create<E>(self, event: E) -> Folded
    where
        A: Starts<E>,
    {
        if self.state.is_some() {
            return Err(FoldError::AlreadyCreated);
        }
        *self.state = Some(A::By::make(event, self.meta));
        Ok(())
    }

    /// Folds an event that only `events` lists.
    #[inline]
    pub fn apply<E>(self, event: E) -> Folded
    where
        A: Emits<E>,
    {
        if self.state.is_none() {
            *self.state = A::initial();
        }
        match self.state {
            Some(state) => {
                A::By::apply(state, event, self.meta);
                Ok(())
            }
            None => Err(FoldError::NotCreated),
        }
    }

    /// Folds an event that may create the aggregate or follow.
    #[inline]
    pub fn either<E>(self, event: E) -> Folded
    where
        A: Starts<E> + Emits<E>,
    {
        match self.state {
            Some(state) => <A as Emits<E>>::By::apply(state, event, self.meta),
            None => *self.state = Some(<A as Starts<E>>::By::make(event, self.meta)),
        }
        Ok(())
    }
}
