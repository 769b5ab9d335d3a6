use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pericarp::store::PostgresStore;
use pericarp::store::postgres::PostgresOptions;
use pericarp_benches::rounds::Rounds;
use pericarp_benches::server::Server;
use pericarp_benches::{Outcome, ours};
use sqlx::postgres::PgListener;

use super::on_server::on_server;
use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &["postgres.wake-up-cost"];

const TARGETS: &[Target] = &[Target::AtMost(0.05)];

const ROUNDS: usize = 21;
const APPENDERS: u64 = 64;
const EACH: usize = 150;

/// What it costs those who append that somebody listens.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    on_server(NAMES, TARGETS, async |server: &Server| {
        let (quiet, loud) = (server.database().await, server.database().await);
        let options = PostgresOptions::parse(&quiet.url().to_string())?.listen(false);
        let quiet_store = PostgresStore::open_with(options).await?;
        let loud_store = PostgresStore::open(&loud.url().to_string()).await?;

        let mut connection = loud.connect().await;
        let log: i64 = sqlx::query_scalar("SELECT 'pericarp_events'::regclass::oid::bigint")
            .fetch_one(&mut connection)
            .await?;
        let mut listener = PgListener::connect(&loud.url().to_string()).await?;
        listener.listen(&format!("pericarp_{log}")).await?;
        let heard = Arc::new(AtomicU64::new(0));
        let listening = tokio::spawn({
            let heard = heard.clone();
            async move {
                while listener.recv().await.is_ok() {
                    heard.fetch_add(1, Ordering::Relaxed);
                }
            }
        });

        let mut quiet_ones = ours::depositors(&quiet_store, 0..APPENDERS);
        let mut loud_ones = ours::depositors(&loud_store, 0..APPENDERS);
        let names = ["pericarp, nobody is told", "pericarp, somebody listens"];
        let (mut warm_up, mut rounds) = (Rounds::new(&names), Rounds::new(&names));
        for round in 0..=ROUNDS {
            let noted = if round == 0 {
                &mut warm_up
            } else {
                &mut rounds
            };
            noted.time_appends(0, &mut quiet_ones, EACH).await?;
            noted.time_appends(1, &mut loud_ones, EACH).await?;
        }
        listening.abort();
        if heard.load(Ordering::Relaxed) == 0 {
            return Err("nothing was heard of the appends".into());
        }
        let title = format!("PostgreSQL: append 1 event, {APPENDERS} appenders");
        println!("{}", rounds.table(&title, APPENDERS as usize * EACH));
        Ok(vec![rounds.speed(0, 1) - 1.0])
    })
}
