//! Somebody else who does the same at the worst moment.

use std::sync::Arc;

use pericarp::{Payload, Pericarp};

use super::domain::{Count, CountHot, fill, total};
use super::meddled::Meddled;

/// Between the question whether the commit is there and the load, somebody else stored it: the
/// answer was one of a state that held the command already, or a refusal.
#[tokio::test]
async fn a_repetition_at_the_same_time_gets_the_first_answer() {
    macro_rules! check {
        ($count:ident, $n:expr) => {
            let store = Arc::new(Meddled::default());
            let (app, other) = (Pericarp::new(store.clone()), Pericarp::new(store.inner()));
            fill(&app, 1, 3).await;
            let (context, id) = (app.context(), app.next_commit_id());
            let count = || {
                let mut payload = Payload::new($count { meter: 1, n: $n }).with_context(&context);
                payload.set_commit_id(id);
                payload
            };
            let first = count();
            store.before_visit(async move {
                let first = other.execute_payload(first).await.unwrap();
                assert_eq!(first.answer, 3 + $n);
            });
            let second = app.execute_payload(count()).await.unwrap();
            assert_eq!(second.answer, 3 + $n);
            assert_eq!(total(&app, 1).await.0, 3 + $n);
        };
    }
    check!(Count, 5);
    check!(Count, 99_997);
    check!(CountHot, 5);
    check!(CountHot, 99_997);
}
