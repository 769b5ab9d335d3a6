use pericarp::store::PostgresStore;
use pericarp_benches::by_hand_postgres::{
    Event, GroupCommit, Grouped, Lone, Pooled, make_table, unnest,
};
use pericarp_benches::rounds::Rounds;
use pericarp_benches::server::Server;
use pericarp_benches::work::Deposited;
use pericarp_benches::{Outcome, ours};
use pericarp_tests::postgres::Database;
use sqlx::PgConnection;

use super::on_server::on_server;
use crate::{Bar, Target};

pub(crate) const NAMES: &[&str] = &[
    "postgres.16-vs-pool",
    "postgres.64-vs-pool",
    "postgres.256-vs-pool",
    "postgres.64-vs-group-commit",
    "postgres.64-p99-vs-pool",
    "postgres.lone-vs-autocommit",
    "postgres.100-vs-unnest",
];

const TARGETS: &[Target] = &[
    Target::AtLeast(1.8),
    Target::AtLeast(3.5),
    Target::AtLeast(5.0),
    Target::AtLeast(0.8),
    Target::AtMost(1.0),
    Target::AtMost(1.25),
    Target::AtLeast(0.8),
];

const ROUNDS: usize = 9;
/// What all appenders together append in one round.
const EVENTS: usize = 6_400;
const LONE: usize = 500;
const COMMITS: usize = 40;
/// Connections of the pool.
pub(super) const POOLED: u32 = 16;

pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    on_server(NAMES, TARGETS, async |server: &Server| {
        let database = server.database().await;
        let store = PostgresStore::open(&database.url().to_string()).await?;
        let mut connection = database.connect().await;

        let sixteen = many(&database, &store, &mut connection, 16).await?;
        let sixty_four = many(&database, &store, &mut connection, 64).await?;
        let many = many(&database, &store, &mut connection, 256).await?;
        let lone = lone(&database, &store, &mut connection).await?;
        let hundred = hundred(&database, &store, &mut connection).await?;
        Ok(vec![
            sixteen.speed(2, 0),
            sixty_four.speed(2, 0),
            many.speed(2, 0),
            sixty_four.speed(2, 1),
            sixty_four.latency(2, 0, 0.99),
            1.0 / lone.speed(1, 0),
            hundred.speed(1, 0),
        ])
    })
}

/// Each of `appenders` appends one event after another.
async fn many(
    database: &Database,
    store: &PostgresStore,
    connection: &mut PgConnection,
    appenders: usize,
) -> Outcome<Rounds> {
    let (for_pool, for_group) = tables(appenders);
    make_table(connection, for_pool).await?;
    make_table(connection, for_group).await?;
    let pool = database.pool(POOLED).await;
    let group = GroupCommit::new(database.connect().await, for_group);
    let mut pooled = Pooled::new(&pool, for_pool, appenders as i64);
    let mut grouped = Grouped::new(&group, appenders as i64);
    let mut ours = ours::depositors(store, 0..appenders as u64);

    let names = [
        "sqlx, a pool of 16, autocommit",
        "sqlx, group commit by hand",
        "pericarp",
    ];
    let (mut warm_up, mut rounds) = (Rounds::new(&names), Rounds::new(&names));
    for round in 0..=ROUNDS {
        let noted = if round == 0 {
            &mut warm_up
        } else {
            &mut rounds
        };
        let each = EVENTS / appenders;
        noted.time_appends(0, &mut pooled, each).await?;
        noted.time_appends(1, &mut grouped, each).await?;
        noted.time_appends(2, &mut ours, each).await?;
    }
    let title = format!("PostgreSQL: append 1 event, {appenders} appenders");
    println!("{}", rounds.table(&title, EVENTS));
    Ok(rounds)
}

fn tables(appenders: usize) -> (&'static str, &'static str) {
    match appenders {
        16 => ("pool_16", "group_16"),
        64 => ("pool_64", "group_64"),
        _ => ("pool_256", "group_256"),
    }
}

async fn lone(
    database: &Database,
    store: &PostgresStore,
    connection: &mut PgConnection,
) -> Outcome<Rounds> {
    make_table(connection, "lone").await?;
    let mut hand = vec![Lone::new(database.connect().await, "lone")];
    let mut ours = ours::depositors(store, 1_000..1_001);
    let names = ["sqlx, autocommit", "pericarp"];
    let (mut warm_up, mut rounds) = (Rounds::new(&names), Rounds::new(&names));
    for round in 0..=ROUNDS {
        let noted = if round == 0 {
            &mut warm_up
        } else {
            &mut rounds
        };
        noted.time_appends(0, &mut hand, LONE).await?;
        noted.time_appends(1, &mut ours, LONE).await?;
    }
    let title = "PostgreSQL: append 1 event, one appender";
    println!("{}", rounds.table(title, LONE));
    Ok(rounds)
}

async fn hundred(
    database: &Database,
    store: &PostgresStore,
    connection: &mut PgConnection,
) -> Outcome<Rounds> {
    make_table(connection, "hundred").await?;
    let mut hand = database.connect().await;
    let mut version = 0;
    let names = ["sqlx, unnest by hand", "pericarp, commits of 100"];
    let (mut warm_up, mut rounds) = (Rounds::new(&names), Rounds::new(&names));
    for round in 0..=ROUNDS {
        let noted = if round == 0 {
            &mut warm_up
        } else {
            &mut rounds
        };
        noted
            .time(0, async {
                for _ in 0..COMMITS {
                    let events = (0..100).map(|ordinal| {
                        version += 1;
                        Ok(Event {
                            stream: 1,
                            version,
                            ordinal,
                            data: serde_json::to_string(&Deposited::number(ordinal.into()))?,
                        })
                    });
                    let events = events.collect::<Outcome<Vec<_>>>()?;
                    unnest(&mut hand, "hundred", &events).await?;
                }
                Ok(())
            })
            .await?;
        noted
            .time(1, ours::append(store, 2_000, COMMITS, 100))
            .await?;
    }
    let title = "PostgreSQL: append 100 events, one appender";
    println!("{}", rounds.table(title, COMMITS * 100));
    Ok(rounds)
}
