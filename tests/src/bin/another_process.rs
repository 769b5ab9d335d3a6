//! Another process on a log: plays a role of the conformance kit, or tries to open the log and says
//! what came of it.

use std::process::ExitCode;
use std::time::Duration;

use pericarp::store::postgres::PostgresOptions;
use pericarp::store::sqlite::SqliteOptions;
use pericarp::store::{OpenError, PostgresStore, SqliteStore, Store};
use pericarp::testing::conformance::play;
use pericarp_tests::{chain, tight, tight_postgres};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(role), Some(place)) = (arguments.next(), arguments.next()) else {
        eprintln!(
            "usage: another_process ROLE PATH [tight]\n       another_process ROLE postgres://… SCHEMA [tight]"
        );
        return ExitCode::FAILURE;
    };
    if place.starts_with("postgres://") {
        let schema = arguments.next().unwrap_or_default();
        let tight = arguments.next().is_some();
        run(&role, async || {
            let options = PostgresOptions::parse(&place)?.schema(schema);
            let options = if tight {
                tight_postgres(options)
            } else {
                options
            };
            PostgresStore::open_with(options).await
        })
        .await
    } else {
        // As those of the tests have it: SQLite does not queue those who wait for its lock.
        let options = SqliteOptions::new(place).busy_timeout(Duration::from_secs(60));
        let options = match arguments.next() {
            Some(_) => tight(options),
            None => options,
        };
        run(&role, async || SqliteStore::open_with(options).await).await
    }
}

async fn run<S: Store + Clone>(
    role: &str,
    open: impl AsyncFnOnce() -> Result<S, OpenError>,
) -> ExitCode {
    match (role, role.parse()) {
        ("try", _) => match open().await {
            Ok(_) => println!("open"),
            Err(error) => println!("{}: {}", error.code(), chain(&error)),
        },
        (_, Ok(role)) => play(role, open).await,
        (_, Err(error)) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
