use std::future::Future;

use super::Middleware;
use crate::{Handler, Outcome, Payload, Provide, Request};

/// What every request of an application passes through before its own chain: a tuple of up to
/// twelve middlewares, the first outermost.
///
/// [`PericarpBuilder::layer`](crate::PericarpBuilder::layer) adds to it. Code that is generic over
/// applications or requests names it: `L: Layers<R, P>`.
///
/// ```
/// use pericarp::Pericarp;
/// use pericarp::middleware::{CatchPanic, Timeout};
/// use pericarp::store::MemoryStore;
///
/// type App = Pericarp<MemoryStore, (), (CatchPanic, Timeout)>;
///
/// let app: App = Pericarp::builder(MemoryStore::new())
///     .layer(CatchPanic)
///     .layer(Timeout::secs(30))
///     .build();
/// # let _ = app;
/// ```
#[diagnostic::on_unimplemented(
    message = "add layers that are middlewares for `{R}`: `{Self}` are not",
    note = "a layer is a middleware for every request of the application; add it with `.layer(..)`"
)]
pub trait Layers<R: Request, P: ?Sized>: Send + Sync {
    #[doc(hidden)]
    const ROLES: &'static [&'static str];

    #[doc(hidden)]
    const INSIDE_OF: &'static [&'static [&'static str]];

    /// Lets a request pass through them to `handler`, and its outcome back.
    ///
    /// # Errors
    /// Those of `handler`, and of the layers.
    fn around<H: Handler<R>>(
        &self,
        payload: &mut Payload<R>,
        parts: &P,
        handler: &H,
    ) -> impl Future<Output = Outcome<R>> + Send;
}

/// A tuple to which one more middleware can be added, inside of the others.
#[diagnostic::on_unimplemented(
    message = "leave a layer out: an application has up to twelve",
    label = "one too many"
)]
pub trait Push<M> {
    /// The tuple with it.
    type Pushed;

    /// Adds it.
    fn push(self, inner: M) -> Self::Pushed;
}

impl<R: Request, P: ?Sized> Layers<R, P> for () {
    const ROLES: &'static [&'static str] = &[];
    const INSIDE_OF: &'static [&'static [&'static str]] = &[];

    #[inline]
    fn around<H: Handler<R>>(
        &self,
        payload: &mut Payload<R>,
        _: &P,
        handler: &H,
    ) -> impl Future<Output = Outcome<R>> + Send {
        handler.handle(payload)
    }
}

impl<M> Push<M> for () {
    type Pushed = (M,);

    fn push(self, inner: M) -> (M,) {
        (inner,)
    }
}

/// A layer before what is inside of it.
struct Around<'l, M, N: ?Sized, H> {
    middleware: &'l M,
    needs: &'l N,
    next: &'l H,
}

impl<R: Request, M: Middleware<R>, H: Handler<R>> Handler<R> for Around<'_, M, M::Needs, H> {
    #[inline]
    fn handle(&self, payload: &mut Payload<R>) -> impl Future<Output = Outcome<R>> + Send {
        self.middleware.call(payload, self.needs, self.next)
    }
}

macro_rules! layers {
    ($($($name:ident $place:tt),+ ; $($inner:tt),+;)*) => { $(
        impl<R, P, $($name),+> Layers<R, P> for ($($name,)+)
        where
            R: Request,
            P: ?Sized + Sync $(+ Provide<$name::Needs>)+,
            $($name: Middleware<R>,)+
        {
            const ROLES: &'static [&'static str] = &[$($name::ROLE),+];
            const INSIDE_OF: &'static [&'static [&'static str]] = &[$($name::INSIDE_OF),+];

            async fn around<H: Handler<R>>(
                &self,
                payload: &mut Payload<R>,
                parts: &P,
                handler: &H,
            ) -> Outcome<R> {
                let next = handler;
                $(let next = &Around { middleware: &self.$inner, needs: parts.provide(), next };)+
                next.handle(payload).await
            }
        }
    )* };
}

macro_rules! pushes {
    ($($($name:ident)+;)*) => { $(
        impl<$($name,)+ Z> Push<Z> for ($($name,)+) {
            type Pushed = ($($name,)+ Z);

            #[expect(non_snake_case, reason = "each part is named as its type")]
            fn push(self, inner: Z) -> Self::Pushed {
                let ($($name,)+) = self;
                ($($name,)+ inner)
            }
        }
    )* };
}

layers! {
    A 0; 0;
    A 0, B 1; 1, 0;
    A 0, B 1, C 2; 2, 1, 0;
    A 0, B 1, C 2, D 3; 3, 2, 1, 0;
    A 0, B 1, C 2, D 3, E 4; 4, 3, 2, 1, 0;
    A 0, B 1, C 2, D 3, E 4, F 5; 5, 4, 3, 2, 1, 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6; 6, 5, 4, 3, 2, 1, 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7; 7, 6, 5, 4, 3, 2, 1, 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7, J 8; 8, 7, 6, 5, 4, 3, 2, 1, 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7, J 8, K 9; 9, 8, 7, 6, 5, 4, 3, 2, 1, 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7, J 8, K 9, L 10; 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7, J 8, K 9, L 10, M 11; 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0;
}

pushes! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G I;
    A B C D E F G I J;
    A B C D E F G I J K;
    A B C D E F G I J K L;
}
