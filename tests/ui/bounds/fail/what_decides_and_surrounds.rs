//! A policy, layers and a thirteenth of them, and what is cached, where they are not what they should be.

use pericarp::cache::Invalidates;
use pericarp::middleware::{Cacheable, CatchPanic, Layers, Policy, Push};
use pericarp::{Command, Request};

struct Part;

fn policy<C: Command + Request>(_: impl Policy<C>) {}
fn layers<C: Command + Request>(_: impl Layers<C, ()>) {}
fn cacheable(_: impl Cacheable) {}
fn invalidates(_: impl Invalidates) {}
fn push(_: impl Push<CatchPanic>) {}

fn of_any<C: Command + Request>() {
    policy::<C>(Part);
    layers::<C>(Part);
    push(Part);
    cacheable(Part);
    invalidates(Part);
}

fn main() {}
