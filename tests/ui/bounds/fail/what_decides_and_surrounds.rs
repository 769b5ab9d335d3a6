//! A policy, layers and a thirteenth of them, and what is cached, where they are not what they should be.

use pericarp::cache::{Invalidates, SecondLevel};
use pericarp::metrics::Measure;
use pericarp::middleware::{Cacheable, CatchPanic, Chain, Layers, Policy, Push};
use pericarp::store::MemoryStore;
use pericarp::{Command, Request, Takes};

struct Part;

fn policy<C: Command + Request>(_: impl Policy<C>) {}
fn layers<C: Command + Request>(_: impl Layers<C, ()>) {}
fn cacheable(_: impl Cacheable) {}
fn invalidates(_: impl Invalidates) {}
fn measure(_: impl Measure) {}
fn second_level(_: impl SecondLevel) {}
fn takes<C: Command + Request<Chain: Chain<C, ()>>>(_: impl Takes<C, MemoryStore, ()>) {}
fn push(_: impl Push<CatchPanic>) {}

fn of_any<C: Command + Request>() {
    policy::<C>(Part);
    layers::<C>(Part);
    push(Part);
    cacheable(Part);
    invalidates(Part);
    measure(Part);
    second_level(Part);
}

fn of_handled<C: Command + Request<Chain: Chain<C, ()>>>() {
    takes::<C>(Part);
}

fn main() {}
