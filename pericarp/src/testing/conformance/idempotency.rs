use tokio::task::JoinSet;

use super::Subject;
use super::check::{conflict, declared, fresh, ok, reopen, within};
use super::events::{commit, commit_with, new_id, read_log, stream};
use super::ledger::Ledger;
use crate::store::{AppendError, Store};
use crate::{
    Commit, CommitId, Committed, EventType, Expected, NewEvent, Page, StreamName, Timestamp,
    Version,
};

/// Replaying a commit id gives the first answer: when its expectation is stale by then,
/// concurrently, after a restart, and for a commit larger than a page. The same id with other
/// content is a typed error.
///
/// # Panics
/// If the law does not hold.
pub async fn law_08_replays_give_the_first_answer<S: Subject>(subject: &S) {
    const LAW: &str = "law 8";
    let (log, store) = fresh(LAW, subject).await;
    let second = ok(LAW, "open the log", subject.open(&log).await);
    let (a, b, c) = (stream("a"), stream("b"), stream("c"));
    let mut ledger = Ledger::new(LAW);

    let first = commit(&[(&c, Expected::NoStream, 3)]);
    let answer = ok(LAW, "append", store.append(first.clone()).await);
    ledger.acknowledged(first, answer);

    let plain = commit(&[(&a, Expected::NoStream, 2), (&b, Expected::NoStream, 1)]);
    // It checks one stream and turns to another twice.
    let turning = commit(&[
        (&a, Expected::Version(Version::new(2)), 1),
        (&c, Expected::Version(Version::new(3)), 0),
        (&b, Expected::Exists, 1),
        (&a, Expected::Version(Version::new(3)), 1),
        (&a, Expected::Version(Version::new(4)), 0),
    ]);
    let megabyte = "m".repeat(1 << 20);
    let large = commit_with(new_id(), &[(&a, Expected::Any, 5)], &megabyte);
    assert!(
        large.bytes() > Page::SOFT_LIMIT,
        "{LAW}: the large commit is larger than a page"
    );

    let mut answers = Vec::new();
    for commit in [plain, turning, large] {
        let answer = answer_of_racing_replays(LAW, [&store, &second], &commit).await;
        ledger.acknowledged(commit.clone(), answer.clone());
        answers.push((commit, answer));
    }
    // By now every expectation is stale.
    replay_all(LAW, &second, &answers).await;
    let stored = ledger.check(&store).await;
    for (commit, _) in &answers {
        refuse_other_content(LAW, &store, commit, &c).await;
    }
    assert_eq!(
        read_log(LAW, &store).await,
        stored,
        "{LAW}: replays write nothing"
    );

    if declared(LAW, "persistent", subject.capabilities().persistent) {
        within(LAW, "close", second.close()).await;
        let store = reopen(LAW, subject, &log, store).await;
        replay_all(LAW, &store, &answers).await;
        ledger.check(&store).await;
    }
}

/// Appends the same commit 20 times at once: 20 equal answers.
async fn answer_of_racing_replays<S: Store + Clone>(
    law: &str,
    stores: [&S; 2],
    commit: &Commit,
) -> Committed {
    let mut appends = JoinSet::new();
    for store in stores.into_iter().cycle().take(20) {
        let (store, commit) = (store.clone(), commit.clone());
        appends.spawn(async move { store.append(commit).await });
    }
    let outcomes = within(law, "a race", appends.join_all()).await;
    let mut answers = outcomes
        .into_iter()
        .map(|outcome| ok(law, "replay at once", outcome));
    let Some(answer) = answers.next() else {
        panic!("{law}: nobody answered");
    };
    for other in answers {
        assert_eq!(
            other, answer,
            "{law}: a replay at the same time gets the same answer"
        );
    }
    answer
}

async fn replay_all(law: &str, store: &impl Store, answers: &[(Commit, Committed)]) {
    for (commit, answer) in answers {
        let again = ok(law, "replay", store.append(commit.clone()).await);
        assert_eq!(again, *answer, "{law}: a replay gets the first answer");
    }
}

async fn refuse_other_content(law: &str, store: &impl Store, commit: &Commit, other: &StreamName) {
    let id = commit.id();
    let count = commit.len();
    let elsewhere = commit_with(id, &[(other, Expected::Any, count)], "");
    let longer = {
        let mut longer = commit.clone();
        let turn = longer.to(other.clone(), Expected::Any);
        ok(
            law,
            "add an event",
            turn.raw(event(&EventType::from_static("conformance.more"))),
        );
        longer
    };
    let shorter = commit_with(id, &[(other, Expected::Any, 1)], "");
    for changed in [elsewhere, longer, shorter, Commit::new(id)] {
        match store.append(changed).await {
            Err(AppendError::CommitIdReused { id: reused }) => {
                assert_eq!(reused, id, "{law}: the error names the commit");
            }
            outcome => panic!("{law}: other content under the id of a commit gave {outcome:?}"),
        }
    }
}

fn event(event_type: &EventType) -> NewEvent<'_> {
    NewEvent {
        id: None,
        event_type,
        schema_version: 1,
        occurred_at: Timestamp::EPOCH,
        data: "{}",
        metadata: "{}",
    }
}

/// The id of an event that is in the log is a typed error in another commit: as the id of the
/// commit, of an event in it, and of two events in it.
///
/// # Panics
/// If the law does not hold.
pub async fn law_09_event_ids_are_unique(subject: &impl Subject) {
    const LAW: &str = "law 9";
    let (_log, store) = fresh(LAW, subject).await;
    let (a, b) = (stream("a"), stream("b"));
    let mut ledger = Ledger::new(LAW);
    let first = commit(&[(&a, Expected::NoStream, 3)]);
    let answer = ok(LAW, "append", store.append(first.clone()).await);
    ledger.acknowledged(first.clone(), answer);
    let before = ledger.check(&store).await;
    let happened = EventType::from_static("conformance.happened");

    let inner = first.id().event_id(2);
    let fresh_id = new_id().get();
    let with_events = |ids: &[uuid::Uuid]| {
        let mut commit = commit(&[(&b, Expected::Any, 1)]);
        for id in ids {
            let turn = commit.to(b.clone(), Expected::Any);
            let event = NewEvent {
                id: Some(*id),
                ..event(&happened)
            };
            ok(LAW, "add an event", turn.raw(event));
        }
        commit
    };
    let duplicates = [
        (
            inner,
            commit_with(CommitId::new(inner), &[(&b, Expected::Any, 1)], ""),
        ),
        (
            inner,
            commit_with(CommitId::new(inner), &[(&a, Expected::Any, 3)], ""),
        ),
        (inner, with_events(&[inner])),
        (first.id().get(), with_events(&[first.id().get()])),
        (fresh_id, with_events(&[fresh_id, fresh_id])),
    ];
    for (id, duplicate) in duplicates {
        match store.append(duplicate).await {
            Err(AppendError::DuplicateEvent { event_id }) => {
                assert_eq!(event_id, id, "{LAW}: the error names the event");
            }
            outcome => panic!("{LAW}: a duplicate event id gave {outcome:?}"),
        }
        assert_eq!(
            read_log(LAW, &store).await,
            before,
            "{LAW}: a duplicate writes nothing"
        );
    }
    // The refused commits left no stream behind.
    let missing = commit(&[(&b, Expected::Exists, 1)]);
    conflict(
        LAW,
        store.append(missing).await,
        &b,
        Expected::Exists,
        Version::NONE,
    );

    let own = with_events(&[fresh_id]);
    let answer = ok(
        LAW,
        "append an event with an id of its own",
        store.append(own.clone()).await,
    );
    ledger.acknowledged(own, answer);
    ledger.check(&store).await;
}
