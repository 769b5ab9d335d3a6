use super::Subject;
use super::check::{declared, ok, within};
use super::events::{commit, stream};
use super::scene::Scene;
use crate::Expected::Any;
use crate::store::Store;
use crate::{Expected, StreamName, Version};

const ROUNDS: usize = 6;

/// Appends of several events race one that stays open: a reader that sets its checkpoint after
/// every read misses nothing once all are committed.
///
/// # Panics
/// If the law does not hold.
pub async fn law_19_open_appends_hide_nothing<S: Subject>(subject: &S) {
    const LAW: &str = "law 19";
    let [a, b, c] = streams();
    let mut scene = Scene::new(LAW, subject).await;
    for _ in 0..ROUNDS {
        let held = commit(&[(&a, Any, 3), (&b, Any, 2)]);
        let others = [
            commit(&[(&b, Any, 2), (&c, Any, 2)]),
            commit(&[(&c, Any, 3)]),
        ];
        let more = commit(&[(&c, Any, 1), (&a, Any, 4)]);
        match scene.begin(0).await {
            Some(mut open) => {
                let answer = scene.append_in(&mut open, &held).await;
                scene.race(others);
                scene.watch(&[&held]).await;
                // It stays open for longer than one statement.
                open.write().await;
                scene.race([more]);
                scene.watch(&[&held]).await;
                within(LAW, "commit", open.commit()).await;
                scene.ledger.acknowledged(held, answer);
            }
            None => {
                scene.race([held].into_iter().chain(others).chain([more]));
                scene.watch(&[]).await;
            }
        }
        scene.settle().await;
    }
    scene.check().await;
}

/// Two appends inside one transaction of a client race others: nothing is missed, the order of
/// each stream is kept, and nobody comes between the two in a stream.
///
/// # Panics
/// If the law does not hold.
pub async fn law_20_two_appends_in_one_transaction<S: Subject>(subject: &S) {
    const LAW: &str = "law 20";
    let [a, b, c] = streams();
    let mut scene = Scene::new(LAW, subject).await;
    for _ in 0..ROUNDS {
        let first = commit(&[(&a, Any, 2), (&b, Any, 1)]);
        let others = [
            commit(&[(&a, Any, 3)]),
            commit(&[(&b, Any, 1), (&c, Any, 2)]),
        ];
        let Some(mut open) = scene.begin(0).await else {
            let second = commit(&[(&a, Any, 1)]);
            scene.race([first].into_iter().chain(others).chain([second]));
            scene.watch(&[]).await;
            scene.settle().await;
            continue;
        };
        scene.race(others);
        let answer = scene.append_in(&mut open, &first).await;
        scene.watch(&[&first]).await;
        open.write().await;
        // Whoever held up others until here may rely on what it was told.
        let expected = |number: usize| {
            let told = answer.streams.get(number).map(|turn| turn.last);
            Expected::Version(told.unwrap_or(Version::NONE))
        };
        let second = commit(&[(&b, expected(1), 2), (&a, expected(0), 1), (&c, Any, 1)]);
        let second_answer = scene.append_in(&mut open, &second).await;
        scene.watch(&[&first, &second]).await;
        within(LAW, "commit", open.commit()).await;
        scene.ledger.acknowledged(first, answer);
        scene.ledger.acknowledged(second, second_answer);
        scene.settle().await;
    }
    scene.check().await;
}

/// A transaction that wrote other things first, and so is older than appends that are committed
/// and read by now, appends last: it sees the versions that they left, the order of each stream
/// is kept, and nothing is missed.
///
/// # Panics
/// If the law does not hold.
pub async fn law_21_old_transactions_append_in_order<S: Subject>(subject: &S) {
    const LAW: &str = "law 21";
    let [a, b, _] = streams();
    let capabilities = subject.capabilities();
    let overlapping =
        capabilities.transactions && declared(LAW, "overlapping", capabilities.overlapping);
    let mut scene = Scene::new(LAW, subject).await;
    for _ in 0..ROUNDS {
        let Some(mut old) = scene.begin(0).await else {
            scene.race([
                commit(&[(&a, Any, 2)]),
                commit(&[(&b, Any, 1), (&a, Any, 1)]),
            ]);
            scene.watch(&[]).await;
            scene.settle().await;
            continue;
        };
        old.write().await;
        scene.race([
            commit(&[(&a, Any, 2)]),
            commit(&[(&b, Any, 1), (&a, Any, 1)]),
        ]);
        scene.watch(&[]).await;
        old.write().await;
        let mut expected = Any;
        if overlapping {
            // Nobody waits for it, so everybody is ahead of it.
            scene.settle().await;
            append_behind_another(&mut scene, &a).await;
            let version = ok(LAW, "read", scene.store.stream_version(&a).await);
            expected = Expected::Version(version);
        }
        let last = commit(&[(&a, expected, 3), (&b, Any, 1)]);
        let answer = scene.append_in(&mut old, &last).await;
        scene.watch(&[&last]).await;
        within(LAW, "commit", old.commit()).await;
        scene.ledger.acknowledged(last, answer);
        scene.settle().await;
    }
    scene.check().await;
}

/// A transaction that has written waits, in its append, for a younger one that appended first.
async fn append_behind_another<S: Subject>(scene: &mut Scene<'_, S>, stream: &StreamName) {
    const LAW: &str = "law 21";
    let (Some(mut ahead), Some(mut behind)) = (scene.begin(1).await, scene.begin(2).await) else {
        return;
    };
    behind.write().await;
    ahead.write().await;
    let first = commit(&[(stream, Any, 2)]);
    let answer = scene.append_in(&mut ahead, &first).await;
    let second = commit(&[(stream, Expected::Exists, 2)]);
    let waiting = tokio::spawn({
        let second = second.clone();
        async move {
            let outcome = behind.append(&second).await;
            (behind, outcome)
        }
    });
    scene.race([commit(&[(stream, Any, 1)])]);
    scene.watch(&[&first, &second]).await;
    within(LAW, "commit", ahead.commit()).await;
    scene.ledger.acknowledged(first, answer);
    let waited = within(LAW, "an append that waits", waiting).await;
    let (behind, outcome) = ok(LAW, "join", waited);
    let answer = ok(LAW, "append in a transaction", outcome);
    within(LAW, "commit", behind.commit()).await;
    scene.ledger.acknowledged(second, answer);
    scene.settle().await;
}

fn streams() -> [StreamName; 3] {
    ["a", "b", "c"].map(stream)
}
