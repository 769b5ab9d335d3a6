#![deny(warnings)]

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

use pericarp::middleware::{Middleware, Timeout};
use pericarp::prelude::*;
use pericarp::{AskError, Handler, Outcome, Payload, Request, RequestKind};

pub struct Views<T>(pub T);

pub struct Tagged<T> {
    pub tag: &'static str,
    pub of: fn() -> T,
}

impl<T> Tagged<T> {
    const PLAIN: Self = Self {
        tag: "plain",
        of: || loop {},
    };

    const fn with(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }
}

impl<R: Query, T: 'static> Middleware<R> for Tagged<T> {
    type Needs = ();

    async fn call(&self, payload: &mut Payload<R>, _: &(), next: &impl Handler<R>) -> Outcome<R> {
        assert!(!self.tag.is_empty());
        let _ = self.of;
        next.handle(payload).await
    }
}

#[derive(Query)]
#[query(on = Views<u8>, returns = Cow<'a, str>, error = fmt::Error)]
pub enum Named<'a> {
    As(&'a str),
    r#Nothing,
}

impl<'a> Answer<Named<'a>> for Views<u8> {
    async fn answer(&self, query: &Named<'a>) -> Result<Cow<'a, str>, fmt::Error> {
        match query {
            Named::As(name) => Ok(Cow::Borrowed(name)),
            Named::Nothing => Err(fmt::Error),
        }
    }
}

#[derive(Query)]
#[query(
    on = Views<u8>,
    returns = [T; N],
    middleware(
        pericarp::middleware::Timeout::secs(1),
        Tagged::<Views<u8>>::PLAIN.with("tag"),
        Tagged::<u8> { tag: "field", of: || 3 },
        Tagged::<i8>::PLAIN,
    )
)]
pub struct r#Many<T: Copy + Send + Sync, const N: usize>(pub T);

impl<T: Copy + Send + Sync, const N: usize> Answer<Many<T, N>> for Views<u8> {
    async fn answer(&self, query: &Many<T, N>) -> Result<[T; N], Infallible> {
        Ok([query.0; N])
    }
}

/// A chain is as it was named, and no larger for it.
type Listed = (Timeout, Tagged<Views<u8>>, Tagged<u8>, Tagged<i8>);

macro_rules! query {
    ($name:ident, $middleware:expr) => {
        #[derive(Query)]
        #[query(on = Views<u8>, returns = u8, middleware($middleware))]
        pub struct $name;

        impl Answer<$name> for Views<u8> {
            async fn answer(&self, _: &$name) -> Result<u8, Infallible> {
                Ok(self.0)
            }
        }
    };
}

query!(OfAMacro, Timeout::millis(5));

fn main() {
    let _: Option<<Many<u8, 2> as Request>::Chain> = None::<Listed>;
    let _: Option<<Named<'_> as Request>::Error> = None::<AskError<fmt::Error>>;
    let _: Option<<OfAMacro as Request>::Chain> = None::<(Timeout,)>;
    assert_eq!(Many::<u8, 2>::NAME, "Many");
    assert_eq!(Named::KIND, RequestKind::Query);
}
