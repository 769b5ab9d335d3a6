//! The equipment of the tests themselves: what they rely on does what it says.

mod databases;
mod own_server;
mod proxy;
mod shared_server;
mod user;

use std::thread;
use std::time::{Duration, Instant};

#[track_caller]
fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(60), "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
