//! Another process that uses a PostgreSQL server: joins the shared one of a folder, or starts one of
//! its own, prints its URL, and lives until its input ends.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use pericarp_tests::postgres::{Options, Server, Shared};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["own"] => {
            let server = Server::start_own(Options::new()).await;
            live(&server);
        }
        ["shared", folder, grace] => {
            let Ok(grace) = grace.parse() else {
                eprintln!("{grace} is not a number of seconds");
                return ExitCode::FAILURE;
            };
            let shared = Shared::join(Path::new(folder), grace);
            live(&shared.server());
        }
        _ => {
            eprintln!("usage: postgres_user own | shared FOLDER GRACE");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn live(server: &Server) {
    println!("{}", server.url());
    // Whether the input ends or breaks, this does.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
