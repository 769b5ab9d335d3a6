use pericarp::Pericarp;
use pericarp::store::PostgresStore;
use pericarp_benches::by_hand_postgres::{TokioPostgres, load};
use pericarp_benches::rounds::Rounds;
use pericarp_benches::server::Server;
use pericarp_benches::{Outcome, ours};
use sqlx::Executor as _;

use super::on_server::on_server;
use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &[
    "postgres.replay-1000-vs-fetch",
    "postgres.replay-10000-vs-fetch",
    "postgres.replay-1000-vs-tokio-postgres",
];

const TARGETS: &[Target] = &[
    Target::AtLeast(0.85),
    Target::AtLeast(1.1),
    Target::AtLeast(0.77),
];

const ROUNDS: usize = 9;

pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    on_server(NAMES, TARGETS, async |server: &Server| {
        let thousand = replay(server, 40, 1_000).await?;
        let ten_thousand = replay(server, 8, 10_000).await?;
        Ok(vec![
            thousand.speed(2, 0),
            ten_thousand.speed(2, 0),
            thousand.speed(2, 1),
        ])
    })
}

/// Replays `accounts` streams of `events` events each. They were written in turns, as where many
/// write at once, so that the events of one stream lie far from each other.
async fn replay(server: &Server, accounts: u64, events: i64) -> Outcome<Rounds> {
    let database = server.database().await;
    let url = database.url().to_string();
    let store = PostgresStore::open(&url).await?;
    let all: Vec<u64> = (0..accounts).collect();
    ours::append_interleaved(&store, &all, events).await?;
    let mut hand = database.connect().await;
    // As the server does by itself sooner or later.
    hand.execute("VACUUM (ANALYZE) pericarp_events").await?;
    let tokio_postgres = TokioPostgres::connect(&url).await?;
    let app = Pericarp::new(store);
    let cents = events / 100 * 4_950;

    let names = ["sqlx, rows fetched", "tokio-postgres", "pericarp"];
    let (mut warm_up, mut rounds) = (Rounds::new(&names), Rounds::new(&names));
    for round in 0..=ROUNDS {
        let noted = if round == 0 {
            &mut warm_up
        } else {
            &mut rounds
        };
        noted
            .time(0, async {
                for account in 0..accounts {
                    load(&mut hand, account, cents).await?;
                }
                Ok(())
            })
            .await?;
        noted
            .time(1, async {
                for account in 0..accounts {
                    tokio_postgres.load(account, cents).await?;
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
    let title = format!("PostgreSQL: replay streams of {events} events");
    let count = accounts as usize * events as usize;
    println!("{}", rounds.table(&title, count));
    Ok(rounds)
}
