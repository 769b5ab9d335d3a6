use super::Subject;
use super::check::{fresh, offered, ok};
use super::events::{commit, stream};
use super::ledger::Ledger;
use crate::Expected;
use crate::store::Store;

/// Events are immutable: whatever an ordinary client tries to change, past the store, is refused.
///
/// # Panics
/// If the law does not hold.
pub async fn law_17_events_are_immutable(subject: &impl Subject) {
    const LAW: &str = "law 17";
    let (log, store) = fresh(LAW, subject).await;
    let mut ledger = Ledger::new(LAW);
    let (a, b) = (stream("a"), stream("b"));
    for _ in 0..3 {
        let commit = commit(&[(&a, Expected::Any, 2), (&b, Expected::Any, 1)]);
        let answer = ok(LAW, "append", store.append(commit.clone()).await);
        ledger.acknowledged(commit, answer);
    }
    let before = ledger.check(&store).await;
    let declared = subject.capabilities().raw_access;
    let attempts = subject.vandalise(&log).await;
    let Some(attempts) = offered(LAW, "raw_access", declared, attempts) else {
        return;
    };
    assert!(!attempts.is_empty(), "{LAW}: the hook tried nothing");
    for vandalism in attempts {
        let attempt = vandalism.attempt;
        assert!(
            vandalism.refusal.is_some(),
            "{LAW}: nobody refused {attempt}"
        );
    }
    let after = ledger.check(&store).await;
    assert_eq!(after, before, "{LAW}: the log is as it was");

    let commit = commit(&[(&a, Expected::Any, 1)]);
    let answer = ok(LAW, "append afterwards", store.append(commit.clone()).await);
    ledger.acknowledged(commit, answer);
    ledger.check(&store).await;
}
