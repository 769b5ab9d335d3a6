//! Parts that an application brings along, and that are not what they should be.

use pericarp::middleware::Observer;
use pericarp::store::Visit;
use pericarp::testing::conformance::{Subject, Transaction};
use pericarp::{Clock, Command, Dispatch, Failure, Handler, Ids, Request};

struct Part;

fn clock(_: impl Clock) {}
fn dispatch(_: impl Dispatch) {}
fn failure(_: impl Failure) {}
fn handler<C: Command + Request>(_: impl Handler<C>) {}
fn ids(_: impl Ids) {}
fn observer(_: impl Observer) {}
fn subject(_: impl Subject) {}
fn transaction(_: impl Transaction) {}
fn visit(_: impl Visit) {}

fn of_any<C: Command + Request>() {
    clock(Part);
    dispatch(Part);
    failure(Part);
    handler::<C>(Part);
    ids(Part);
    observer(Part);
    subject(Part);
    transaction(Part);
    visit(Part);
}

fn main() {}
