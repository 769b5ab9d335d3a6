use pericarp::Pericarp;
use pericarp::store::Store;
use pericarp_benches::rounds::Rounds;
use pericarp_benches::{Outcome, by_hand, ours};
use pericarp_tests::allocations;

use crate::{Bar, Target, runtime};

pub(crate) const NAMES: &[&str] = &[
    "replay.allocations-per-event",
    "replay.1000-vs-stepping",
    "replay.10000-vs-stepping",
];

const ROUNDS: usize = 9;

pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    runtime()?.block_on(async {
        let (thousand, _) = replay(40, 1_000).await?;
        let (ten_thousand, allocations) = replay(4, 10_000).await?;
        Ok(vec![
            Bar::new(NAMES[0], allocations, Target::AtMost(0.01)),
            Bar::new(NAMES[1], thousand.speed(2, 0), Target::AtLeast(0.85)),
            Bar::new(NAMES[2], ten_thousand.speed(2, 0), Target::AtLeast(1.1)),
        ])
    })
}

/// Replays `accounts` streams of `events` events each. They were written in turns, as where many
/// write at once, so that the events of one stream lie far from each other; and together they fit
/// into the page cache of each connection, so that no candidate waits for the disk.
async fn replay(accounts: u64, events: i64) -> Outcome<(Rounds, f64)> {
    let folder = tempfile::tempdir()?;
    let store = ours::open(folder.path()).await?;
    let all: Vec<u64> = (0..accounts).collect();
    ours::append_interleaved(&store, &all, events).await?;
    // Closing moves everything from the write-ahead log into the file, where most of a log is.
    store.close().await;
    let app = Pericarp::new(ours::open(folder.path()).await?);
    let cents = events / 100 * 4_950;
    let path = folder.path().join("ours.db");
    let hand = by_hand::connect(&path, 0)?;
    let mut sqlx = by_hand::connect_sqlx(&path).await?;

    let names = [
        "rusqlite, rows stepped by hand",
        "sqlx, rows fetched",
        "pericarp",
    ];
    let (mut warm_up, mut rounds) = (Rounds::new(&names), Rounds::new(&names));
    for round in 0..=ROUNDS {
        let noted = if round == 0 {
            &mut warm_up
        } else {
            &mut rounds
        };
        noted
            .time(0, async {
                (0..accounts).try_for_each(|a| by_hand::load(&hand, a, cents))
            })
            .await?;
        noted
            .time(1, async {
                for account in 0..accounts {
                    by_hand::load_sqlx(&mut sqlx, account, cents).await?;
                }
                Ok(())
            })
            .await?;
        noted
            .time(2, async {
                for account in 0..accounts {
                    ours::load(&app, account, cents).await?;
                }
                Ok(())
            })
            .await?;
    }
    let title = format!("replay streams of {events} events");
    println!(
        "{}",
        rounds.table(&title, accounts as usize * events as usize)
    );

    let before = allocations::count();
    ours::load(&app, 0, cents).await?;
    Ok((
        rounds,
        (allocations::count() - before) as f64 / events as f64,
    ))
}
