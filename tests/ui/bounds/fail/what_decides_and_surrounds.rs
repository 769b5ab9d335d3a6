//! A policy, layers and a thirteenth of them, where they are not what they should be.

use pericarp::middleware::{CatchPanic, Layers, Policy, Push};
use pericarp::{Command, Request};

struct Part;

fn policy<C: Command + Request>(_: impl Policy<C>) {}
fn layers<C: Command + Request>(_: impl Layers<C, ()>) {}
fn push(_: impl Push<CatchPanic>) {}

fn of_any<C: Command + Request>() {
    policy::<C>(Part);
    layers::<C>(Part);
    push(Part);
}

fn main() {}
