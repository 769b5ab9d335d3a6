//! Middlewares, and requests that list them.

use ::core::future::Future;
use ::pericarp::middleware::{Middleware, Timeout};
use ::pericarp::{
    Answer, Command, Failure, Handle, Handler, Outcome, Payload, Query, Request, Root,
};

use crate::bank::Account;
use crate::facts::Deposited;
#[allow(unused_imports, reason = "they only have to be in the way")]
use crate::shadows::prelude::*;

/// Lets everything pass.
#[derive(Debug)]
pub struct Passing<const N: usize>;

impl<const N: usize> Passing<N> {
    /// One that lets everything pass.
    pub const ONE: Self = Self;
}

impl<R: Request, const N: usize> Middleware<R> for Passing<N> {
    type Needs = ();

    const ROLE: &'static ::core::primitive::str = "nothing";

    fn call(
        &self,
        payload: &mut Payload<R>,
        (): &(),
        next: &impl Handler<R>,
    ) -> impl Future<Output = Outcome<R>> + ::core::marker::Send {
        next.handle(payload)
    }
}

/// Withdraws money.
#[derive(Command, Debug)]
#[command(
    aggregate = Account,
    returns = i64,
    middleware(Passing::<1>::ONE, Timeout::secs(3), Passing::<2> {})
)]
pub struct Withdraw<'a>(#[command(id)] pub u64, pub &'a i64);

impl Handle<Withdraw<'_>> for Account {
    fn handle(
        account: &mut Root<Self>,
        command: &Withdraw<'_>,
    ) -> ::core::result::Result<i64, Self::Error> {
        account.emit(Deposited(-*command.1));
        ::core::result::Result::Ok(account.cents)
    }
}

/// How many there are.
#[derive(Debug)]
pub struct Accounts(pub u64);

/// Asks how many there are.
#[derive(Query, Debug)]
#[query(
    on = Accounts,
    returns = [u64; N],
    error = ::core::fmt::Error,
    middleware(Timeout::secs(3), Passing::<1>::ONE)
)]
pub struct Count<'a, const N: usize>(pub &'a u64);

impl<const N: usize> Answer<Count<'_, N>> for Accounts {
    async fn answer(
        &self,
        query: &Count<'_, N>,
    ) -> ::core::result::Result<[u64; N], ::core::fmt::Error> {
        ::core::result::Result::Ok([self.0 + *query.0; N])
    }
}

/// The code of an error, whichever request it is of.
pub fn code<R: Request>(error: &R::Error) -> &'static ::core::primitive::str {
    error.code()
}
