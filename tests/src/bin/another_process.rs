//! Another process on a SQLite log: plays a role of the conformance kit, or tries to open the log
//! and says what came of it.

use std::process::ExitCode;

use pericarp::store::SqliteStore;
use pericarp::store::sqlite::SqliteOptions;
use pericarp::testing::conformance::play;
use pericarp_tests::{chain, tight};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(role), Some(path)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: another_process ROLE PATH [tight]");
        return ExitCode::FAILURE;
    };
    let options = match arguments.next() {
        Some(_) => tight(SqliteOptions::new(path)),
        None => SqliteOptions::new(path),
    };
    match (role.as_str(), role.parse()) {
        ("try", _) => match SqliteStore::open_with(options).await {
            Ok(_) => println!("open"),
            Err(error) => println!("{}: {}", error.code(), chain(&error)),
        },
        (_, Ok(role)) => play(role, async || SqliteStore::open_with(options).await).await,
        (_, Err(error)) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
