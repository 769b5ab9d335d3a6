//! Whether a type has a shape, asked without a bound: a type without one is no error.
//!
//! A method call takes the first trait that fits, and borrows once more for each that does not.
//! What is in scope where the call is written decides: for a type parameter, its bounds.

use std::marker::PhantomData;

use super::described::{Described, Entry};
use super::shape::{Seen, Shape};

/// Stands for a type that is asked about.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Probe<T> {
    /// Its only value.
    pub const NEW: Self = Self(PhantomData);
}

impl<T: Described + ?Sized> Probe<T> {
    /// The shapes of a listed event.
    pub const SHAPES: Option<&'static [Entry]> = Some(T::SHAPES);
}

/// The questions, in their order.
pub mod probes {
    use super::{Entry, Probe, Seen, Shape};

    /// Has it a shape?
    pub trait Known {
        /// The answer.
        fn seen(&self) -> Seen;
    }

    impl<T: Shape + ?Sized> Known for &&Probe<T> {
        fn seen(&self) -> Seen {
            Seen::Form(T::SHAPE)
        }
    }

    /// Is it an `Option` at least?
    pub trait Optional {
        /// The answer.
        fn seen(&self) -> Seen;
    }

    impl<T> Optional for &Probe<Option<T>> {
        fn seen(&self) -> Seen {
            Seen::Option
        }
    }

    /// Then nothing is known.
    pub trait Unknown {
        /// The answer.
        fn seen(&self) -> Seen;
    }

    impl<T: ?Sized> Unknown for Probe<T> {
        fn seen(&self) -> Seen {
            Seen::Opaque
        }
    }

    /// Stands in for [`Described`](super::Described).
    pub trait Undescribed {
        /// None.
        const SHAPES: Option<&'static [Entry]> = None;
    }

    impl<T: ?Sized> Undescribed for Probe<T> {}
}

/// The type of a field, as it is written, with or without a shape.
#[doc(hidden)]
#[macro_export]
macro_rules! __type {
    ($type:ty) => {
        $crate::__private::Type::new(::core::stringify!($type), || {
            use $crate::__private::probes::{Known as _, Optional as _, Unknown as _};
            (&&&$crate::__private::Probe::<$type>::NEW).seen()
        })
    };
}
