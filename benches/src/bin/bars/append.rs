use pericarp::store::Store;
use pericarp_benches::rounds::Rounds;
use pericarp_benches::{Outcome, by_hand, ours};

use crate::{Bar, Target, runtime};

pub(crate) const NAMES: &[&str] = &[
    "append.lone-vs-autocommit",
    "append.64-vs-autocommit",
    "append.64-vs-group-commit",
];

const ROUNDS: usize = 9;
const LONE: usize = 1_000;
const BATCHES: usize = 40;
const TASKS: i64 = 64;
const EACH: i64 = 150;

pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    runtime()?.block_on(async {
        let folder = tempfile::tempdir()?;
        let ours = ours::open(folder.path()).await?;
        let path = folder.path().join("hand.db");
        pericarp::store::SqliteStore::open(&path)
            .await?
            .close()
            .await;
        let hand = by_hand::connect(&path, TASKS)?;
        let group_path = folder.path().join("group.db");
        pericarp::store::SqliteStore::open(&group_path)
            .await?
            .close()
            .await;
        let group = by_hand::GroupCommit::new(by_hand::connect(&group_path, TASKS)?);
        let mut sqlx = by_hand::connect_sqlx(&path).await?;

        let mut lone = Rounds::new(&[
            "rusqlite, autocommit",
            "sqlx, a transaction each",
            "pericarp",
        ]);
        let mut batches = Rounds::new(&[
            "rusqlite, transaction of 100",
            "sqlx, transaction of 100",
            "pericarp, commit of 100",
        ]);
        let mut many = Rounds::new(&[
            "rusqlite, autocommit",
            "rusqlite, group commit by hand",
            "pericarp",
        ]);
        let (mut version, mut before) = (0, 0);
        for _ in 0..ROUNDS {
            lone.time(0, async {
                by_hand::autocommit(&hand, 1, &mut version, LONE)
            })
            .await?;
            lone.time(
                1,
                by_hand::transactions_sqlx(&mut sqlx, 1, &mut version, LONE, 1),
            )
            .await?;
            lone.time(2, ours::append(&ours, 1, LONE, 1)).await?;

            batches
                .time(0, async {
                    by_hand::transactions(&hand, 1, &mut version, BATCHES, 100)
                })
                .await?;
            batches
                .time(
                    1,
                    by_hand::transactions_sqlx(&mut sqlx, 1, &mut version, BATCHES, 100),
                )
                .await?;
            batches
                .time(2, ours::append(&ours, 1, BATCHES, 100))
                .await?;

            // As long as the same number of events takes one by one.
            many.note(0, lone.last(0).mul_f64((TASKS * EACH) as f64 / LONE as f64));
            many.time(1, group.append_concurrently(TASKS, before, EACH))
                .await?;
            many.time(
                2,
                ours::append_concurrently(&ours, TASKS as u64, EACH as usize),
            )
            .await?;
            before += EACH;
        }
        println!("{}", lone.table("append 1 event, one appender", LONE));
        println!(
            "{}",
            batches.table("append 100 events, one appender", BATCHES * 100)
        );
        println!(
            "{}",
            many.table("append 1 event, 64 appenders", (TASKS * EACH) as usize)
        );
        Ok(vec![
            Bar::new(NAMES[0], 1.0 / lone.speed(2, 0), Target::AtMost(1.35)),
            Bar::new(NAMES[1], many.speed(2, 0), Target::AtLeast(8.0)),
            Bar::new(NAMES[2], many.speed(2, 1), Target::AtLeast(0.85)),
        ])
    })
}
