use pericarp::store::{PostgresStore, Store};
use pericarp_benches::appender::Appender;
use pericarp_benches::rounds::Rounds;
use pericarp_benches::server::Server;
use pericarp_benches::work::Deposited;
use pericarp_benches::{Outcome, ours};
use pericarp_tests::postgres::Database;
use sqlx::{Connection as _, Executor as _};

use super::on_server::on_server;
use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &["postgres.10M-vs-100k"];

const TARGETS: &[Target] = &[Target::AtMost(1.2)];

const ROUNDS: usize = 15;
const EACH: usize = 500;
/// Events of each stream.
const STREAM: u64 = 100;
/// Streams that are appended to: as many in both logs, all there are in the small one.
const BUSY: u64 = 1_000;
/// Rounds after which each of them was appended to, and more.
const WARM_UP: usize = 6;

/// What an append takes where much is stored, by what it takes where little is.
pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    if std::env::var_os("PERICARP_BENCH_10M").is_none() {
        let why = "set PERICARP_BENCH_10M=1; filling a log takes minutes and 7 GB of disk";
        return Ok(vec![Bar::not_measured(NAMES[0], why, TARGETS[0])]);
    }
    on_server(NAMES, TARGETS, async |server: &Server| {
        let (small, large) = (server.database().await, server.database().await);
        fill(&small, 100_000).await?;
        fill(&large, 10_000_000).await?;
        let mut in_small = vec![Wanderer::among(&small, 100_000, BUSY).await?];
        let mut in_large = vec![Wanderer::among(&large, 10_000_000, BUSY).await?];
        let mut anywhere = vec![Wanderer::among(&large, 10_000_000, 10_000_000 / STREAM).await?];
        // What the filling left to be written is not what is measured.
        large.connect().await.execute("CHECKPOINT").await?;
        let names = [
            "pericarp, 100 k events stored, a thousand streams",
            "pericarp, 10 M events stored, a thousand streams",
            "pericarp, 10 M events stored, all streams in turn",
        ];
        let (mut warm_up, mut rounds) = (Rounds::new(&names), Rounds::new(&names));
        for round in 0..ROUNDS + WARM_UP {
            let noted = if round < WARM_UP {
                &mut warm_up
            } else {
                &mut rounds
            };
            noted.time_appends(0, &mut in_small, EACH).await?;
            noted.time_appends(1, &mut in_large, EACH).await?;
        }
        // By themselves: they put pages out of the server's memory, and others share its disk.
        for _ in 0..ROUNDS {
            rounds.time_appends(2, &mut anywhere, EACH).await?;
        }
        let title = "PostgreSQL: append 1 event, one appender";
        println!("{}", rounds.table(title, EACH));
        Ok(vec![1.0 / rounds.speed(1, 0)])
    })
}

/// Somebody who appends to one stream after another, far from each other.
struct Wanderer {
    store: PostgresStore,
    streams: u64,
    apart: u64,
    at: u64,
}

impl Wanderer {
    /// Among so many streams of a log of so many events.
    async fn among(database: &Database, events: u64, streams: u64) -> Outcome<Self> {
        Ok(Self {
            store: PostgresStore::open(&database.url().to_string()).await?,
            streams,
            apart: events / STREAM / streams,
            at: 0,
        })
    }
}

impl Appender for Wanderer {
    async fn append(&mut self) -> Outcome<()> {
        // A prime, which leads to every stream.
        self.at = (self.at + 7_919) % self.streams;
        let account = self.at * self.apart;
        self.store.append(ours::commit(account, 1)?).await?;
        Ok(())
    }
}

/// Writes so many events, one to each stream in turn.
async fn fill(database: &Database, events: u64) -> Outcome<()> {
    let store = PostgresStore::open(&database.url().to_string()).await?;
    store.close().await;
    let streams = (events / STREAM).cast_signed();
    let mut connection = database.connect().await;
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pericarp_lock()")
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "INSERT INTO pericarp_streams (id, name, category)
         SELECT n + 1, 'account-' || n, 'account' FROM generate_series(0, $1 - 1) AS n",
    )
    .bind(streams)
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "INSERT INTO pericarp_events (position, stream, version, occurred_at, recorded_at,
                                      schema_version, id, ordinal, type, data, metadata)
         SELECT n + 1, n % $1 + 1, n / $1 + 1, 1700000000000000 + n, 1700000000000000 + n,
                1, ('018bcfe5-6800-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 0,
                'account.deposited', $3::json, '{}'
         FROM generate_series(0, $2 - 1) AS n",
    )
    .bind(streams)
    .bind(events.cast_signed())
    .bind(serde_json::to_string(&Deposited::number(1))?)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    connection.execute("VACUUM (ANALYZE)").await?;
    Ok(())
}
