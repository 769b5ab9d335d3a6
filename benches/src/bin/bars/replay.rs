use pericarp::Pericarp;
use pericarp_benches::rounds::Rounds;
use pericarp_benches::{Outcome, allocations, by_hand, ours};

use crate::{Bar, Target, runtime};

pub(crate) const NAMES: &[&str] =
    &["replay.allocations-per-event", "replay.1000-vs-stepping", "replay.10000-vs-stepping"];

const ROUNDS: usize = 7;
/// Accounts with 1,000 events each.
const SHORT: std::ops::Range<u64> = 0..40;
/// Accounts with 10,000 events each.
const LONG: std::ops::Range<u64> = 100..106;
/// Accounts that are only there to be busy at the same time.
const OTHERS: std::ops::Range<u64> = 200..220;

pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    runtime()?.block_on(async {
        let folder = tempfile::tempdir()?;
        let store = ours::open(folder.path()).await?;
        // As in a log that many write to, the events of a stream lie far from each other, and
        // together the streams are larger than the page caches.
        let all: Vec<u64> = SHORT.chain(LONG).chain(OTHERS).collect();
        ours::append_interleaved(&store, &all, 1_000).await?;
        ours::append_interleaved(&store, &all[SHORT.count()..], 9_000).await?;
        let app = Pericarp::new(store);
        let (short, long) = (10 * 4_950, 100 * 4_950);
        let path = folder.path().join("ours.db");
        let hand = by_hand::connect(&path, 0)?;
        let mut sqlx = by_hand::connect_sqlx(&path).await?;

        let names = ["rusqlite, rows stepped by hand", "sqlx, rows fetched", "pericarp"];
        let (mut thousand, mut ten_thousand) = (Rounds::new(&names), Rounds::new(&names));
        for _ in 0..ROUNDS {
            for (rounds, accounts, cents) in
                [(&mut thousand, SHORT, short), (&mut ten_thousand, LONG, long)]
            {
                let mut each = accounts.clone();
                rounds.time(0, async { each.try_for_each(|a| by_hand::load(&hand, a, cents)) }).await?;
                rounds
                    .time(1, async {
                        for account in accounts.clone() {
                            by_hand::load_sqlx(&mut sqlx, account, cents).await?;
                        }
                        Ok(())
                    })
                    .await?;
                rounds
                    .time(2, async {
                        for account in accounts.clone() {
                            ours::load(&app, account, cents).await?;
                        }
                        Ok(())
                    })
                    .await?;
            }
        }
        let (shorts, longs) = (SHORT.count() * 1_000, LONG.count() * 10_000);
        println!("{}", thousand.table("replay streams of 1,000 events", shorts));
        println!("{}", ten_thousand.table("replay streams of 10,000 events", longs));

        let before = allocations::count();
        ours::load(&app, LONG.start, long).await?;
        let each = (allocations::count() - before) as f64 / 10_000.0;
        Ok(vec![
            Bar::new(NAMES[0], each, Target::AtMost(0.01)),
            Bar::new(NAMES[1], thousand.speed(2, 0), Target::AtLeast(0.85)),
            Bar::new(NAMES[2], ten_thousand.speed(2, 0), Target::AtLeast(1.1)),
        ])
    })
}
