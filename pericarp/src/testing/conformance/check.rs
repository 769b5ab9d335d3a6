use std::fmt::{Debug, Display};
use std::future::Future;
use std::time::Duration;

use super::Subject;
use crate::store::{AppendError, Conflict, OpenError, Store};
use crate::{Committed, Expected, StreamName, Version};

/// When a law says that something must not hang. No outcome depends on it otherwise.
const HANG: Duration = Duration::from_secs(120);

#[doc(hidden)]
pub async fn __hold(name: &str, law: impl Future<Output = ()>) {
    // When a whole law hangs, rather than to stop a suite for ever: ten minutes, or three hours.
    let hangs = Duration::from_secs(soak(600, 10_800) as u64);
    assert!(
        tokio::time::timeout(hangs, law).await.is_ok(),
        "{name} hangs"
    );
}

pub(super) async fn within<T>(law: &str, what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(HANG, future).await {
        Ok(output) => output,
        Err(_) => panic!("{law}: {what} hangs"),
    }
}

/// How often a soak law repeats itself.
pub(super) fn soak(small: usize, full: usize) -> usize {
    match std::env::var_os("PERICARP_SOAK") {
        Some(_) => full,
        None => small,
    }
}

/// What a hook gave, if its capability is declared. The two must agree.
#[track_caller]
pub(super) fn offered<T>(
    law: &str,
    capability: &str,
    declared: bool,
    hook: Option<T>,
) -> Option<T> {
    assert!(
        declared || hook.is_none(),
        "{law}: the store declares that it lacks `{capability}`, and offers its hook"
    );
    assert!(
        !declared || hook.is_some(),
        "{law}: the store declares `{capability}`, and does not offer its hook"
    );
    if hook.is_none() {
        println!("{law}: declined in part, the store declares that it lacks `{capability}`");
    }
    hook
}

/// Whether a capability without a hook is declared.
pub(super) fn declared(law: &str, capability: &str, declared: bool) -> bool {
    if !declared {
        println!("{law}: declined in part, the store declares that it lacks `{capability}`");
    }
    declared
}

#[track_caller]
pub(super) fn opened<S>(law: &str, opened: Result<S, OpenError>) -> S {
    ok(law, "open the log", opened)
}

#[track_caller]
pub(super) fn ok<T, E: Display + Debug>(law: &str, what: &str, result: Result<T, E>) -> T {
    match result {
        Ok(output) => output,
        Err(error) => panic!("{law}: failed to {what}: {error} ({error:?})"),
    }
}

#[track_caller]
pub(super) fn conflict(
    law: &str,
    outcome: Result<Committed, AppendError>,
    stream: &StreamName,
    expected: Expected,
    actual: Version,
) {
    match outcome {
        Err(error @ AppendError::Conflict(_)) => {
            assert!(
                error.outcome_is_known(),
                "{law}: the outcome of a conflict is known"
            );
            let AppendError::Conflict(conflict) = error else {
                return;
            };
            assert_eq!(
                conflict,
                Conflict::new(stream.clone(), expected, actual),
                "{law}: another conflict than this"
            );
        }
        outcome => {
            panic!("{law}: expected {expected} of {stream} at {actual}, and got {outcome:?}")
        }
    }
}

/// A new log, and a store on it.
pub(super) async fn fresh<S: Subject>(law: &str, subject: &S) -> (S::Log, S::Store) {
    let log = subject.empty_log().await;
    let store = opened(law, subject.open(&log).await);
    (log, store)
}

/// Closes the store, and opens its log again.
pub(super) async fn reopen<S: Subject>(
    law: &str,
    subject: &S,
    log: &S::Log,
    store: S::Store,
) -> S::Store {
    within(law, "close", store.close()).await;
    drop(store);
    opened(law, subject.open(log).await)
}
